/*
 * snappy_load - libsnappy, found at run time: only Parquet files that are
 * compressed with it need it.  Not installed.
 */
#ifndef SPT_SNAPPY_LOAD_H
#define SPT_SNAPPY_LOAD_H

#include <snappy-c.h>

#include "base/err.h"

struct spt_snappy {
	void *library;
	__typeof__(snappy_uncompress) *uncompress;
	__typeof__(snappy_uncompressed_length) *uncompressed_length;
};

/* 0, also when it is there already; -1 with SPT_ESYSTEM when the library, or
 * something in it, is missing. */
SPT_MUST int spt__snappy_load(struct spt_snappy *t, struct spt_err *e);
/* A zeroed table is fine. */
void spt__snappy_unload(struct spt_snappy *t);

#endif
