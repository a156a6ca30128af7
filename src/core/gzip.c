/* Whether a gzip file (or one of several parts, as bgzip and BAM files are) is
 * whole: reads to its end, which checks every part's checksum and length. */
#include <stdlib.h>
#include <zlib.h>

#include "bins.h"

enum { PART = 1 << 18 };

static ac_file_status read_to_end(gzFile file, char *bytes, ac_poll poll)
{
    int got;
    while ((got = gzread(file, bytes, PART)) > 0)
        if (poll.stop && poll.stop(poll.data))
            return AC_FILE_INTERRUPTED;
    return got == 0 ? AC_FILE_OK : AC_FILE_BROKEN;
}

ac_file_status ac_check_gzip(const char *path, ac_poll poll)
{
    char *bytes = malloc(PART);
    if (!bytes)
        return AC_FILE_NO_MEMORY;
    gzFile file = gzopen(path, "rb");
    ac_file_status status =
        file ? read_to_end(file, bytes, poll) : AC_FILE_NOT_OPENED;
    /* Only closing tells of a file that ends within a part. */
    if (file && gzclose_r(file) != Z_OK && status == AC_FILE_OK)
        status = AC_FILE_BROKEN;
    free(bytes);
    return status;
}
