/*
 * piece - some of a file's text, and the rows that a twin of the decoder makes
 * of it.  Private to lib/ingest.
 */
#ifndef SPT_PIECE_H
#define SPT_PIECE_H

#include "base/arena.h"
#include "ingest/badrec.h"

struct spt_piece {
	const struct spt_io *io;
	struct spt_buf text;
	struct spt_decoder *decoder;
	struct spt_decode_conf conf;
	int bad_way; /* what of struct spt_badrec */
	/* Nothing came up that only the reader of the whole can settle, and
	 * the text ends with a record.  Else nothing below means anything. */
	bool good;
	bool refused;
	int64_t rows;
	struct spt_builder *builders; /* the first n have the rows */
	size_t n, made, cap;
	/* Bad records that are to be kept; their bytes are in the arena. */
	struct spt_bad_record *bad;
	size_t n_bad, cap_bad, bad_bytes;
	struct spt_arena arena;
};

/* Not to be moved afterwards. */
SPT_MUST int spt_piece_init(struct spt_piece *p, const struct spt_io *io,
    const struct spt_decoder *d, const struct spt_decode_conf *conf,
    int bad_way, struct spt_err *e);
void spt_piece_fini(struct spt_piece *p);
/* Rows of the text, whose place the decoder has been told. */
void spt_piece_decode(struct spt_piece *p);

/* The length of that part of p[0..n) which goes to a piece: it ends with an
 * LF, and probably with a record.  0: there is no LF. */
size_t spt_piece_cut(const char *p, size_t n, bool quotes);

#endif
