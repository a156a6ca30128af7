/* Counts what holds, and prints what does not. */
#ifndef TEST_EXPECT_H
#define TEST_EXPECT_H

#include <stdio.h>

static int passed, failed;

static void expect(int good, const char *what)
{
    if (good)
        passed++;
    else
        failed++;
    if (!good)
        printf("FAILED: %s\n", what);
}

#endif
