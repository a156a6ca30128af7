/* Bytes of a file, plain or gzip-compressed, told by its first two. Unlike
 * zlib's gzread(), which takes garbage after a part for the file's end, this
 * reads all parts of a file (bgzip and BAM files have thousands), checks each
 * one's checksum and length, and tells a file that is cut or damaged. */
#ifndef AC_GZIP_H
#define AC_GZIP_H

#include <stddef.h>

typedef struct ac_stream ac_stream;

ac_stream *ac_stream_open(const char *path); /* NULL: it cannot be opened */

/* Bytes read, fewer than `size` only at the file's end; -1 where it is cut or
 * damaged, or cannot be read. */
long ac_stream_read(ac_stream *stream, char *to, size_t size);

void ac_stream_close(ac_stream *stream);

#endif
