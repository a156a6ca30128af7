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
