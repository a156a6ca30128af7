#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "reads/bins.h"
#include "reads/gzip.h"

enum { COMPRESSED = 1 << 17, PART = 1 << 18, GZIP_WINDOW = 16 + MAX_WBITS };

struct ac_stream {
    FILE *file;
    int is_gzip;
    int inside; /* within a part of the file */
    z_stream z;
    unsigned char in[COMPRESSED];
};

/* Reads more input; 0 at the file's end. */
static size_t refill(ac_stream *stream)
{
    stream->z.next_in = stream->in;
    stream->z.avail_in =
        (uInt)fread(stream->in, 1, sizeof stream->in, stream->file);
    return stream->z.avail_in;
}

ac_stream *ac_stream_open(const char *path)
{
    ac_stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return NULL;
    stream->file = fopen(path, "rb");
    if (stream->file) {
        refill(stream);
        stream->is_gzip = stream->z.avail_in >= 2 && stream->in[0] == 0x1f &&
                          stream->in[1] == 0x8b;
    }
    if (!stream->file ||
        (stream->is_gzip && inflateInit2(&stream->z, GZIP_WINDOW) != Z_OK)) {
        stream->is_gzip = 0;
        ac_stream_close(stream);
        return NULL;
    }
    return stream;
}

void ac_stream_close(ac_stream *stream)
{
    if (!stream)
        return;
    if (stream->is_gzip)
        inflateEnd(&stream->z);
    if (stream->file)
        fclose(stream->file);
    free(stream);
}

/* One step of inflating; 0 where the data are damaged. Zeros may pad a file
 * behind a part. */
static int inflate_some(ac_stream *stream)
{
    z_stream *z = &stream->z;
    if (!stream->inside && *z->next_in == 0) {
        z->next_in++;
        z->avail_in--;
        return 1;
    }
    stream->inside = 1;
    const int result = inflate(z, Z_NO_FLUSH);
    if (result != Z_STREAM_END)
        return result == Z_OK;
    stream->inside = 0;
    return inflateReset(z) == Z_OK;
}

static void copy_some(ac_stream *stream)
{
    z_stream *z = &stream->z;
    for (; z->avail_in > 0 && z->avail_out > 0; z->avail_in--, z->avail_out--)
        *z->next_out++ = *z->next_in++;
}

long ac_stream_read(ac_stream *stream, char *to, size_t size)
{
    z_stream *z = &stream->z;
    z->next_out = (unsigned char *)to;
    z->avail_out = (uInt)size;
    while (z->avail_out > 0) {
        if (z->avail_in == 0 && refill(stream) == 0) {
            if (ferror(stream->file) || stream->inside)
                return -1;
            break;
        }
        if (!stream->is_gzip)
            copy_some(stream);
        else if (!inflate_some(stream))
            return -1;
    }
    return (long)(size - z->avail_out);
}

static ac_file_status read_to_end(ac_stream *stream, char *bytes, ac_poll poll)
{
    long got;
    while ((got = ac_stream_read(stream, bytes, PART)) > 0)
        if (poll.stop && poll.stop(poll.data))
            return AC_FILE_INTERRUPTED;
    return got == 0 ? AC_FILE_OK : AC_FILE_BROKEN;
}

ac_file_status ac_check_gzip(const char *path, ac_poll poll)
{
    char *bytes = malloc(PART);
    if (!bytes)
        return AC_FILE_NO_MEMORY;
    ac_stream *stream = ac_stream_open(path);
    const ac_file_status status =
        stream ? read_to_end(stream, bytes, poll) : AC_FILE_NOT_OPENED;
    ac_stream_close(stream);
    free(bytes);
    return status;
}
