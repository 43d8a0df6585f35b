#include <string.h>

#include "encode/encoder.h"

/* A view of fewer lines shows nothing worth moving for. */
#define MIN_VIEW_HEIGHT 5

const char *const spt_encoder_formats[] = { "csv", "tsv", "ndjson", "table",
	NULL };

int
spt_encoder_open(struct spt_encoder **enc, const struct spt_io *io,
    const char *format, const struct spt_schema *s,
    const struct spt_encoder_conf *conf, struct spt_err *e)
{
	bool moves = conf->terminal && !conf->divided &&
		     conf->height >= MIN_VIEW_HEIGHT && conf->width > 0 &&
		     conf->mode != SPT_ROWS_APPEND;

	if (strcmp(format, "csv") == 0)
		return spt_csv_encoder(enc, io, ',', s, conf, e);
	if (strcmp(format, "tsv") == 0)
		return spt_csv_encoder(enc, io, '\t', s, conf, e);
	if (strcmp(format, "ndjson") == 0)
		return spt_ndjson_encoder(enc, io, s, conf, e);
	if (strcmp(format, "table") == 0)
		return moves ? spt_view_encoder(enc, io, s, conf, e)
			     : spt_table_encoder(enc, io, s, conf, e);
	return spt_fail(e, SPT_EUSAGE,
	    "no format \"%s\" (formats: csv, tsv, ndjson, table, arrow)",
	    format);
}
