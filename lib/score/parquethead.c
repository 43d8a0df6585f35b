/*
 * In front of each page is a PageHeader of parquet.thrift:
 *
 *     page     1 type, 2 bytes, 3 bytes in the file, 4 CRC,
 *              5 data page: 1 values, 2 encoding, 3 and 4 of the levels
 *              7 dictionary: 1 values, 2 encoding
 *              8 data page v2: 1 values, 4 encoding, 5 and 6 bytes of levels,
 *                              7 compressed
 */
#include "score/parquetmeta.h"

/* Fills *to[id] for the numbers that a struct has, up to id n - 1; a place
 * that is NULL is passed over. */
static int
read_numbers(
    struct spt_thrift *t, int64_t *const *to, size_t n, struct spt_err *e)
{
	struct spt_thrift_field f = { 0 };
	int rc;

	while ((rc = spt_thrift_field(t, &f, e)) > 0) {
		if ((size_t)f.id < n && to[f.id] != NULL)
			rc = spt_thrift_int(t, &f, to[f.id], e);
		else
			rc = spt_thrift_skip(t, &f, e);
		if (rc < 0)
			return -1;
	}
	return rc;
}

static int
read_data_v2(
    struct spt_thrift *t, struct spt_parquet_page *page, struct spt_err *e)
{
	struct spt_thrift_field f = { 0 };
	int rc;

	page->compressed = true;
	while ((rc = spt_thrift_field(t, &f, e)) > 0) {
		if (f.id == 1)
			rc = spt_thrift_int(t, &f, &page->values, e);
		else if (f.id == 4)
			rc = spt_thrift_int(t, &f, &page->encoding, e);
		else if (f.id == 5)
			rc = spt_thrift_int(t, &f, &page->def_bytes, e);
		else if (f.id == 6)
			rc = spt_thrift_int(t, &f, &page->rep_bytes, e);
		else if (f.id == 7)
			rc = spt_thrift_bool(t, &f, &page->compressed, e);
		else
			rc = spt_thrift_skip(t, &f, e);
		if (rc < 0)
			return -1;
	}
	return rc;
}

static int
read_page_field(struct spt_thrift *t, const struct spt_thrift_field *f,
    struct spt_parquet_page *page, struct spt_err *e)
{
	int64_t *const data[] = { NULL, &page->values, &page->encoding,
		&page->def_encoding, &page->rep_encoding };
	int64_t *const dictionary[] = { NULL, &page->values, &page->encoding };
	const bool is_struct = f->type == SPT_THRIFT_STRUCT;
	int64_t crc;

	switch (f->id) {
	case 1:
		return spt_thrift_int(t, f, &page->type, e);
	case 2:
		return spt_thrift_int(t, f, &page->size, e);
	case 3:
		return spt_thrift_int(t, f, &page->stored, e);
	case 4:
		if (spt_thrift_int(t, f, &crc, e) < 0)
			return -1;
		page->has_crc = true;
		page->crc = (uint32_t)crc;
		return 0;
	case 5:
		if (is_struct)
			return read_numbers(t, data, 5, e);
		break;
	case 7:
		if (is_struct)
			return read_numbers(t, dictionary, 3, e);
		break;
	case 8:
		if (is_struct)
			return read_data_v2(t, page, e);
		break;
	default:
		return spt_thrift_skip(t, f, e);
	}
	return spt_thrift_fail(t, "a field has the wrong type", e);
}

int
spt__parquet_page_head(
    struct spt_thrift *t, struct spt_parquet_page *page, struct spt_err *e)
{
	struct spt_thrift_field f = { 0 };
	int rc;

	*page = (struct spt_parquet_page){ .type = -1, .values = -1 };
	while ((rc = spt_thrift_field(t, &f, e)) > 0)
		if (read_page_field(t, &f, page, e) < 0)
			return -1;
	if (rc < 0)
		return -1;
	if (page->stored < 0 || (uint64_t)page->stored > t->end - t->at)
		return spt_thrift_fail(t, "a page is cut short", e);
	if (page->size < 0 || page->values < 0 ||
	    page->values > SPT_PARQUET_VALUES || page->def_bytes < 0 ||
	    page->def_bytes > page->stored || page->rep_bytes < 0 ||
	    page->rep_bytes > page->stored - page->def_bytes)
		return spt_thrift_fail(t, "a page's sizes are impossible", e);
	return 0;
}
