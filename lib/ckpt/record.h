/*
 * record - the one layout of everything that a checkpoint keeps.
 *
 *   at  bytes  little-endian
 *    0      4  magic "sptR"
 *    4      4  type (enum spt_record_type)
 *    8      4  length of the payload
 *   12      4  CRC32C of the payload
 *   16      8  epoch (-1: of none)
 *   24      4  the mark of the record before it in the file; 0 for the first
 *   28      4  mark: CRC32C of bytes 0 to 27 and of the record's own offset
 *   32      -  payload
 *
 * The mark covers everything (the payload by its CRC) and, by its
 * predecessor, everything before: the mark of a file's last record stands for
 * the file.  A file begins with a record of type SPT_REC_FILE, which says what
 * it is and whose.
 */
#ifndef SPT_RECORD_H
#define SPT_RECORD_H

#include "base/buf.h"

enum spt_record_type {
	SPT_REC_FILE = 1,   /* what the file is, of which query */
	SPT_REC_EPOCH = 2,  /* epochs.log */
	SPT_REC_COMMIT = 3, /* commits.log */
	SPT_REC_STATE = 4,  /* entries of a state */
	SPT_REC_END = 5,    /* the snapshot or delta of its epoch is complete */
	SPT_REC_STAGE = 6,  /* arguments and state schema */
	SPT_REC_RUN = 7,    /* number and nonce */
	SPT_REC_SPOOL = 8,  /* compressed input */
};

#define SPT_RECORD_HEAD 32
#define SPT_RECORD_MAX (1 << 30) /* longest payload */

struct spt_rec {
	uint32_t type;
	int64_t epoch;
	const uint8_t *data; /* on loan until the next call */
	size_t n;
	uint64_t at;   /* byte of the file where it begins ... */
	uint64_t end;  /* ... and where the next one does */
	uint32_t mark; /* stands for the file up to end */
};

/* Appends one record, the offset of which in its file is `at` and the
 * predecessor's mark *mark; *mark becomes its own. */
SPT_MUST int spt_rec_put(struct spt_buf *out, uint64_t at, uint32_t *mark,
    uint32_t type, int64_t epoch, const void *p, size_t n, struct spt_err *e);

/* ---- reading, one after the other --------------------------------------- */

struct spt_reader {
	const struct spt_io *io;
	int fd;           /* the caller's; only read and lseek are used */
	const char *name; /* for messages; the caller's */
	uint64_t at;      /* byte of the next record */
	uint32_t mark;    /* of the record before it */
	uint64_t size;    /* of the file, as far as it is known */
	bool torn;        /* after 0: the last record is cut off, at `at` */
	struct spt_buf buf;
	size_t used; /* of buf */
};

/* From byte `at` behind a record with this mark (0, 0: from the start). */
void spt_reader_init(struct spt_reader *r, const struct spt_io *io, int fd,
    const char *name, uint64_t at, uint32_t mark);
void spt_reader_fini(struct spt_reader *r);

/* 1: *rec is the next.  0: no more; r->torn if the file ends inside a record
 * that was never completed: r->at says where it begins.  Calling again after 0
 * looks whether the file has grown.  -1: damage (SPT_ECHECKPOINT, with file
 * and byte) or a failed read (SPT_ESYSTEM). */
SPT_MUST int spt_reader_next(
    struct spt_reader *r, struct spt_rec *rec, struct spt_err *e);

/* ---- the first record of a file ------------------------------------------ */

/* Appends the first record: kind such as "epochs.log", the query's uuid
 * (empty: of none), and one more text that the kind defines ("": none). */
SPT_MUST int spt_filehead_put(struct spt_buf *out, uint32_t *mark,
    const char *kind, const char *uuid, const char *more, struct spt_err *e);
/* Reads it and holds it against kind and uuid (NULL: any); more (NULL: not
 * wanted) is initialised and gets the text appended.  0, or -1: not such a
 * file, another format version, another query, damage, empty. */
SPT_MUST int spt_filehead_get(struct spt_reader *r, const char *kind,
    const char *uuid, struct spt_buf *more, struct spt_err *e);

/* ---- fields inside a payload --------------------------------------------- */

SPT_MUST int spt_field_put_int(
    struct spt_buf *out, int64_t v, struct spt_err *e);
/* Bytes with their length in front. */
SPT_MUST int spt_field_put(
    struct spt_buf *out, const void *p, size_t n, struct spt_err *e);

/* What is left to take; a failed get sets bad, and then all further gets
 * return 0, NULL, "". */
struct spt_fields {
	const uint8_t *p;
	size_t n;
	bool bad;
};

int64_t spt_field_int(struct spt_fields *f);
const void *spt_field_bytes(struct spt_fields *f, size_t *n);

#endif
