/* The bytes of a file, plain or compressed by gzip, as its first two bytes
 * tell. zlib's gzread() takes garbage after a part for the end of the file;
 * this reads all parts (bgzip and BAM files have thousands), checks the
 * checksum and length of each, and reports a file that is truncated or damaged.
 */
#ifndef AC_GZIP_H
#define AC_GZIP_H

#include <stddef.h>

typedef struct ac_stream ac_stream;

ac_stream *ac_stream_open(const char *path); /* NULL: it cannot be opened */

/* Bytes read, fewer than `size` only at the file's end; -1 if the file is
 * truncated or damaged, or cannot be read. */
long ac_stream_read(ac_stream *stream, char *to, size_t size);

void ac_stream_close(ac_stream *stream);

#endif
