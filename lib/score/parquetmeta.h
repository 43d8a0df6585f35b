/*
 * parquetmeta - what the footer of a Parquet file says, and the headers of
 * its pages.  Not installed.
 */
#ifndef SPT_PARQUETMETA_H
#define SPT_PARQUETMETA_H

#include "score/parquet.h"
#include "score/thrift.h"

enum spt_parquet_codec {
	SPT_PARQUET_PLAIN_BYTES = 0,
	SPT_PARQUET_SNAPPY = 1,
	SPT_PARQUET_GZIP = 2,
};

enum spt_parquet_encoding {
	SPT_PARQUET_PLAIN = 0,
	SPT_PARQUET_PLAIN_DICTIONARY = 2,
	SPT_PARQUET_RLE = 3,
	SPT_PARQUET_RLE_DICTIONARY = 8,
};

enum spt_parquet_page_type {
	SPT_PARQUET_DATA = 0,
	SPT_PARQUET_INDEX = 1,
	SPT_PARQUET_DICTIONARY = 2,
	SPT_PARQUET_DATA_V2 = 3,
};

/* The pages of one leaf in one row group, first..end in the file. */
struct spt_parquet_chunk {
	size_t first, end;
	int64_t values; /* entries, nulls too */
	int64_t rows;
	int codec;
};

struct spt_parquet_page {
	int64_t type;   /* enum spt_parquet_page_type */
	int64_t size;   /* of the page, not compressed */
	int64_t stored; /* of the page in the file */
	bool has_crc;
	uint32_t crc; /* of the bytes in the file */
	int64_t values;
	int64_t encoding;
	int64_t def_encoding, rep_encoding; /* version 1 */
	int64_t def_bytes, rep_bytes;       /* version 2 */
	bool compressed;                    /* version 2 */
};

/* p->bytes is there: fills the leaves, the chunks and the number of rows. */
SPT_MUST int spt__parquet_footer(struct spt_parquet *p, struct spt_err *e);
/* The head of the page at t, which is left behind it.  Sizes are within the
 * bytes that t has left and not negative. */
SPT_MUST int spt__parquet_page_head(
    struct spt_thrift *t, struct spt_parquet_page *page, struct spt_err *e);

#endif
