/* What R cannot do with files: write all bytes or tell the system's reason,
 * make them last (fsync), replace a file by another, and look at a lock. The
 * entries return "" when all went well, else the reason. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>

#ifdef _WIN32
#include <io.h>
#include <windows.h>
#define open _open
#define write _write
#define close _close
#define fsync _commit
#define ssize_t int
#define PUBLIC_MODE (_S_IREAD | _S_IWRITE)
#else
#include <signal.h>
#include <unistd.h>
#define PUBLIC_MODE 0666 /* the umask takes from it */
#endif
#ifndef O_BINARY
#define O_BINARY 0
#endif
#ifndef O_CLOEXEC
#define O_CLOEXEC 0
#endif

#include "ffi.h"

/* Systems write less than 2 GB at a time. */
enum { LARGEST_WRITE = 1 << 28 };

static SEXP reason(int error)
{
    return Rf_mkString(error == 0 ? "" : strerror(error));
}

static const char *unwrap_path(SEXP path)
{
    if (TYPEOF(path) != STRSXP || Rf_xlength(path) != 1)
        Rf_error("internal error: a path must be one string");
    return CHAR(STRING_ELT(path, 0));
}

/* 0 or the error. Folders and some file systems cannot be synced. */
static int sync_open_file(int file)
{
    int status;
    do
        status = fsync(file);
    while (status != 0 && errno == EINTR);
    if (status == 0 || errno == EINVAL || errno == EBADF || errno == ENOSYS)
        return 0;
    return errno;
}

static int write_all(int file, const unsigned char *bytes, R_xlen_t count)
{
    while (count > 0) {
        const R_xlen_t part = count < LARGEST_WRITE ? count : LARGEST_WRITE;
        const ssize_t written = write(file, bytes, (size_t)part);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return errno;
        if (written == 0)
            return ENOSPC;
        bytes += written;
        count -= written;
    }
    return 0;
}

static SEXP write_bytes(SEXP path, SEXP bytes, int flags, int sync)
{
    const char *name = unwrap_path(path);
    if (TYPEOF(bytes) != RAWSXP)
        Rf_error("internal error: what is written must be raw");
    const int file = open(
        name, flags | O_WRONLY | O_CREAT | O_BINARY | O_CLOEXEC, PUBLIC_MODE);
    if (file < 0)
        return reason(errno);
    int error = write_all(file, RAW(bytes), Rf_xlength(bytes));
    if (error == 0 && sync)
        error = sync_open_file(file);
    if (close(file) != 0 && error == 0)
        error = errno;
    return reason(error);
}

/* A new file with these bytes, on the disk when this returns. */
SEXP ffi_write_file(SEXP path, SEXP bytes)
{
    return write_bytes(path, bytes, O_EXCL, 1);
}

SEXP ffi_append_file(SEXP path, SEXP bytes)
{
    return write_bytes(path, bytes, O_APPEND, 0);
}

/* A file, or a folder: what was renamed in it lasts too. */
SEXP ffi_sync_file(SEXP path)
{
    const char *name = unwrap_path(path);
    struct stat status;
    if (stat(name, &status) != 0)
        return reason(errno);
#ifdef _WIN32
    if (status.st_mode & S_IFDIR)
        return reason(0);
    const int flags = O_RDWR; /* what _commit() wants */
#else
    const int flags = O_RDONLY;
#endif
    const int file = open(name, flags | O_BINARY | O_CLOEXEC);
    if (file < 0) /* a folder may be closed for reading: no fault of the file */
        return reason(S_ISDIR(status.st_mode) ? 0 : errno);
    const int error = sync_open_file(file);
    close(file);
    return reason(error);
}

/* Gives `from` the name `to`, and the rights of the file that had it. */
SEXP ffi_replace_file(SEXP from, SEXP to)
{
    const char *part = unwrap_path(from);
    const char *name = unwrap_path(to);
    struct stat old;
    if (stat(name, &old) == 0) {
        if (S_ISDIR(old.st_mode))
            return reason(EISDIR);
        if (!S_ISREG(old.st_mode))
            return Rf_mkString("Not a regular file");
#ifndef _WIN32
        if (chmod(part, old.st_mode & 07777) != 0)
            return reason(errno);
#endif
    }
#ifdef _WIN32
    if (!MoveFileExA(part, name,
                     MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH))
        return reason(GetLastError() == ERROR_ACCESS_DENIED ? EACCES : EIO);
    return reason(0);
#else
    return reason(rename(part, name) == 0 ? 0 : errno);
#endif
}

/* Whether another process holds the lock that a file stands for: TRUE, FALSE,
 * or NA where that cannot be told. Locks nothing, as a process that forked from
 * the holder would otherwise take the lock for its own. */
SEXP ffi_is_locked(SEXP path)
{
    const char *name = unwrap_path(path);
#ifdef _WIN32
    (void)name;
    return Rf_ScalarLogical(NA_LOGICAL);
#else
    const int file = open(name, O_RDWR | O_CLOEXEC);
    if (file < 0)
        return Rf_ScalarLogical(errno == ENOENT ? FALSE : NA_LOGICAL);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    const int status = fcntl(file, F_GETLK, &lock);
    close(file);
    if (status != 0)
        return Rf_ScalarLogical(NA_LOGICAL);
    return Rf_ScalarLogical(lock.l_type != F_UNLCK);
#endif
}

/* Whether a process of this machine is alive, also one of another user. */
SEXP ffi_is_running(SEXP pid)
{
    const int id = Rf_asInteger(pid);
#ifdef _WIN32
    HANDLE process =
        OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, (DWORD)id);
    if (!process)
        return Rf_ScalarLogical(FALSE);
    CloseHandle(process);
    return Rf_ScalarLogical(TRUE);
#else
    return Rf_ScalarLogical(kill((pid_t)id, 0) == 0 || errno == EPERM);
#endif
}
