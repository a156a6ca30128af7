# A small disk of some kilobytes; skips where none can be mounted.
smallDisk <- function(size, env = parent.frame()) {
    skip_on_cran()
    skip_on_os(c("windows", "mac", "solaris"))
    disk <- withr::local_tempfile(.local_envir = env)
    dir.create(disk)
    mounted <- suppressWarnings(system2("mount", c(
        "-t", "tmpfs", "-o", paste0("size=", size, "k"), "tmpfs", disk),
        stdout = FALSE, stderr = FALSE)) == 0
    if (!mounted) skip("no right to mount a small disk")
    withr::defer(system2("umount", disk), env)
    disk
}

# What a process asks the system: each fsync() and rename(), in their order.
syncSpy <- function(folder) {
    source <- file.path(folder, "spy.c")
    writeLines(c(
        "#define _GNU_SOURCE",
        "#include <dlfcn.h>", "#include <stdio.h>", "#include <stdlib.h>",
        "#include <unistd.h>",
        "static void say(const char *what, const char *path) {",
        "    FILE *log = fopen(getenv(\"SPY_LOG\"), \"a\");",
        "    if (log) { fprintf(log, \"%s %s\\n\", what, path); fclose(log); }",
        "}",
        "int fsync(int file) {",
        "    char link[64], path[4096] = {0};",
        "    snprintf(link, sizeof link, \"/proc/self/fd/%d\", file);",
        "    if (readlink(link, path, sizeof path - 1) > 0)",
        "        say(\"sync\", path);",
        "    return ((int (*)(int))dlsym(RTLD_NEXT, \"fsync\"))(file);",
        "}",
        "int rename(const char *from, const char *to) {",
        "    say(\"rename\", to);",
        "    return ((int (*)(const char *, const char *))",
        "            dlsym(RTLD_NEXT, \"rename\"))(from, to);",
        "}"), source)
    library <- file.path(folder, "spy.so")
    built <- system2("gcc", c("-shared", "-fPIC", "-o", library, source,
                              "-ldl"), stdout = FALSE, stderr = FALSE)
    if (built == 0) library
}
