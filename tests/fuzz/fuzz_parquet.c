/*
 * fuzz_parquet - Parquet files from outside.  What is opened can be read leaf
 * by leaf; what cannot is refused with the file's name.
 */
#include <stdlib.h>

#include "score/parquet.h"

#define HOLDS(cond)              \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_column(const struct spt_parquet_column *c)
{
	size_t there = 0, rows = 0;

	for (size_t i = 0; i < c->n; i++) {
		HOLDS(c->def[i] <= c->max_def && c->rep[i] <= c->max_rep);
		there += c->def[i] == c->max_def;
		rows += c->rep[i] == 0;
	}
	HOLDS(there == c->n_values && rows == c->rows);
	for (size_t i = 0; c->type == SPT_PARQUET_BYTES && i < there; i++)
		HOLDS(c->values[i].s.at + (uint64_t)c->values[i].s.n <=
		      c->text.len);
}

static void
check_leaf(const struct spt_parquet *p, size_t leaf)
{
	struct spt_parquet_column c;
	struct spt_err e = { 0 };

	spt_parquet_column_init(&c, p->io);
	if (spt_parquet_read(p, leaf, &c, &e) == 0) {
		HOLDS(c.rows == (size_t)p->rows);
		check_column(&c);
	} else {
		HOLDS(e.kind != SPT_OK && e.msg[0] != '\0');
	}
	spt_parquet_column_fini(&c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spt_parquet p;
	struct spt_err e = { 0 };

	if (spt_parquet_open_bytes(
		&p, spt_io_system(), "x.parquet", data, size, &e) < 0) {
		HOLDS(strstr(e.msg, "x.parquet") != NULL);
		return 0;
	}
	for (size_t i = 0; i < p.n; i++) {
		HOLDS(spt_parquet_find(&p, p.leaves[i].path) >= 0);
		check_leaf(&p, i);
	}
	spt_parquet_close(&p);
	return 0;
}
