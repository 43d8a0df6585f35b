/*
 * Parquet files that Apache Arrow wrote (tests/data/make_parquet.py): the same
 * table in each of them, whatever its pages, encodings and compression; and
 * what is not supported is refused by name.
 */
#include <stdlib.h>

#include "score/parquet.h"
#include "score/parquetrle.h"
#include "unit.h"

#define ROWS 300

static const char *
path_of(const char *name)
{
	static char path[4096];
	const char *srcdir = getenv("srcdir");

	snprintf(path, sizeof path, "%s/tests/data/parquet/%s.parquet",
	    srcdir != NULL ? srcdir : ".", name);
	return path;
}

/* What the next entry of a column without lists should be. */
static bool
is_null(char c, int64_t i)
{
	return c == 'b'   ? i % 7 == 3
	       : c == 'i' ? i % 5 == 4
	       : c == 'd' ? i == 9
	       : c == 's' ? i % 11 == 5
			  : false;
}

static bool
is_value(const struct spt_parquet_column *c, char kind, int64_t i,
    union spt_parquet_value v)
{
	char text[20];

	switch (kind) {
	case 'b':
		return v.i == (i % 3 == 0);
	case 'i':
		return v.i == i * 1000003 - 77;
	case 'l':
		return v.i == i * i * 1000003 * (i % 2 ? -1 : 1);
	case 'f':
		return v.f == (double)(float)((double)i / 3);
	case 'd':
		return v.f == (double)i / 7;
	case 'x':
		return v.i == i;
	default:
		snprintf(text, sizeof text, "ä%d", (int)(i % 13));
		return v.s.n == strlen(text) &&
		       memcmp(c->text.data + v.s.at, text, v.s.n) == 0;
	}
}

static void
check_flat(const struct spt_parquet_column *c, char kind)
{
	size_t k = 0, wrong = 0;

	CHECK_INT(c->n, ROWS);
	for (size_t i = 0; i < c->n; i++) {
		bool there = c->def[i] == c->max_def;

		wrong += there == is_null(kind, (int64_t)i);
		if (there)
			wrong += !is_value(c, kind, (int64_t)i, c->values[k++]);
	}
	CHECK_INT(wrong, 0);
	CHECK_INT(k, c->n_values);
}

static void
check_list(const struct spt_parquet_column *c)
{
	size_t k = 0, row = 0, in_row = 0, wrong = 0;

	for (size_t i = 0; i < c->n; i++) {
		if (c->rep[i] == 0) {
			row += i > 0;
			in_row = 0;
		}
		if (c->def[i] == c->max_def) {
			wrong += c->values[k++].f != (double)in_row++ * 0.5;
			continue;
		}
		/* null is not empty */
		wrong += c->def[i] != (row % 4 == 1 ? 0 : 1);
		wrong += row % 4 != 1 && row % 6 != 0;
	}
	CHECK_INT(wrong, 0);
	CHECK_INT(row, ROWS - 1);
	CHECK_INT(k, c->n_values);
}

/* Lists of lists of text: all of them spelled out, ',' between values. */
static void
check_deep(const struct spt_parquet_column *c)
{
	char got[40] = "", want[40];
	size_t k = 0, row = 0, wrong = 0;

	CHECK_INT(c->max_rep, 2);
	for (size_t i = 0; i <= c->n; i++) {
		if (i == c->n || (i > 0 && c->rep[i] == 0)) {
			snprintf(want, sizeof want, "(%s)()(b,%zu,)",
			    row % 3 == 0   ? ""
			    : row % 3 == 1 ? "a,"
					   : "a,a,",
			    row);
			strcat(got, ")");
			wrong += strcmp(got, want) != 0;
			got[0] = '\0';
			row++;
		}
		if (i == c->n)
			break;
		if (c->rep[i] == 1)
			strcat(got, ")");
		if (c->rep[i] < 2)
			strcat(got, "(");
		if (c->def[i] == c->max_def) {
			strncat(got,
			    (const char *)c->text.data + c->values[k].s.at,
			    c->values[k].s.n);
			strcat(got, ",");
			k++;
		}
	}
	CHECK_INT(wrong, 0);
	CHECK_INT(row, ROWS);
}

static void
check_file(const char *name)
{
	static const struct {
		const char *path;
		char kind;
	} columns[] = { { "flag", 'b' }, { "i", 'i' }, { "l", 'l' },
		{ "f", 'f' }, { "d", 'd' }, { "s", 's' }, { "list", 'L' },
		{ "deep.x", 'x' }, { "deep.words", 'D' } };
	struct spt_err e = { 0 };
	struct spt_parquet p;

	CHECK(spt_parquet_open(&p, spt_io_system(), path_of(name), &e) == 0);
	CHECK_STR(e.msg, "");
	CHECK_INT(p.rows, ROWS);
	CHECK_INT(p.n, 9);
	CHECK_INT(spt_parquet_find(&p, "other"), -1);
	for (size_t i = 0; i < 9 && e.kind == SPT_OK; i++) {
		int at = spt_parquet_find(&p, columns[i].path);
		struct spt_parquet_column c;

		CHECK_INT(at, i);
		spt_parquet_column_init(&c, spt_io_system());
		CHECK(spt_parquet_read(&p, (size_t)at, &c, &e) == 0);
		CHECK_STR(e.msg, "");
		CHECK_INT(c.rows, ROWS);
		if (columns[i].kind == 'L')
			check_list(&c);
		else if (columns[i].kind == 'D')
			check_deep(&c);
		else
			check_flat(&c, columns[i].kind);
		/* Once more behind it, as from a second file. */
		CHECK(spt_parquet_read(&p, (size_t)at, &c, &e) == 0);
		CHECK_INT(c.rows, 2 * ROWS);
		spt_parquet_column_fini(&c);
	}
	spt_parquet_close(&p);
}

/* The first leaf of a file that is to be refused, and why. */
static void
check_refused(const char *name, const char *says)
{
	struct spt_parquet_column c;
	struct spt_err e = { 0 };
	struct spt_parquet p;
	int rc;

	rc = spt_parquet_open(&p, spt_io_system(), path_of(name), &e);
	if (rc == 0) {
		spt_parquet_column_init(&c, spt_io_system());
		rc = spt_parquet_read(&p, 0, &c, &e);
		spt_parquet_column_fini(&c);
		spt_parquet_close(&p);
	}
	CHECK_INT(rc, -1);
	CHECK_INT(e.kind, SPT_EDATA);
	CHECK(strstr(e.msg, path_of(name)) != NULL);
	if (strstr(e.msg, says) == NULL)
		CHECK_STR(e.msg, says);
}

/* A page's bytes are not those that its checksum was made of. */
static void
check_checksum(void)
{
	FILE *f = fopen(path_of("checked"), "rb");
	struct spt_parquet_column c;
	struct spt_err e = { 0 };
	struct spt_parquet p;
	uint8_t bytes[20000];
	size_t n = fread(bytes, 1, sizeof bytes, f);

	fclose(f);
	bytes[300] ^= 4;
	CHECK(spt_parquet_open_bytes(
		  &p, spt_io_system(), "flipped", bytes, n, &e) == 0);
	spt_parquet_column_init(&c, spt_io_system());
	for (size_t i = 0; i < p.n && e.kind == SPT_OK; i++)
		if (spt_parquet_read(&p, i, &c, &e) == 0) {
			spt_parquet_column_fini(&c);
			spt_parquet_column_init(&c, spt_io_system());
		}
	CHECK(strstr(e.msg, "checksum is not right") != NULL);
	spt_parquet_column_fini(&c);
	spt_parquet_close(&p);
}

/* Numbers of any width, as runs and packed. */
static void
check_rle(void)
{
	const uint8_t bytes[] = { 0x03, 0x88, 0xc6, 0xfa, 10, 5 };
	struct spt_parquet_rle r;
	uint32_t v[13];

	/* 0 1 2 3 4 5 6 7 in three bits each (the format's own example). */
	spt_parquet_rle_init(&r, bytes, sizeof bytes, 3);
	CHECK(spt__parquet_rle_get(&r, v, 3));
	CHECK(spt__parquet_rle_get(&r, v + 3, 10));
	for (uint32_t i = 0; i < 13; i++)
		CHECK_INT(v[i], i < 8 ? i : 5);
	CHECK(!spt__parquet_rle_get(&r, v, 1));
	CHECK_INT(spt_parquet_width(0), 0);
	CHECK_INT(spt_parquet_width(1), 1);
	CHECK_INT(spt_parquet_width(5), 3);
}

int
main(void)
{
	static const char *const files[] = { "plain", "snappy", "gzip", "v2",
		"v2_plain", "groups", "pages", "checked" };

	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		check_file(files[i]);
	check_refused("zstd", "column l is compressed with ZSTD");
	check_refused("delta", "column l: encoding 5 is not supported");
	check_checksum();
	check_rle();
	return DONE;
}
