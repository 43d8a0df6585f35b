#include <string.h>
#include <strings.h>

#include "egress/outformat.h"
#include "encode/encoder.h"

static const struct {
	const char *ending, *format;
} endings[] = {
	{ ".csv", "csv" },
	{ ".tsv", "tsv" },
	{ ".ndjson", "ndjson" },
	{ ".jsonl", "ndjson" },
	{ ".json", "ndjson" },
	{ ".arrow", SPT_FORMAT_ARROW },
	{ ".arrows", SPT_FORMAT_ARROW },
};

/* The file would not be what its name says. */
static const char *const packed[] = { ".gz", ".zst", ".xz", ".bz2", NULL };

static bool
ends(const char *path, const char *ending)
{
	size_t n = strlen(path), m = strlen(ending);

	return n >= m && strcasecmp(path + n - m, ending) == 0;
}

bool
spt_egress_named(const struct spt_egress_conf *conf)
{
	return conf->path != NULL && strcmp(conf->path, "-") != 0;
}

static int
by_name(const char **format, const char *path, struct spt_err *e)
{
	*format = "csv";
	for (size_t i = 0; packed[i] != NULL; i++)
		if (ends(path, packed[i]))
			return spt_fail(e, SPT_EUSAGE,
			    "%s: output is not compressed here: write to "
			    "standard output and compress that",
			    path);
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (ends(path, endings[i].ending))
			*format = endings[i].format;
	return 0;
}

static bool
known(const char *format)
{
	if (strcmp(format, SPT_FORMAT_ARROW) == 0)
		return true;
	for (size_t i = 0; spt_encoder_formats[i] != NULL; i++)
		if (strcmp(format, spt_encoder_formats[i]) == 0)
			return true;
	return false;
}

int
spt_egress_format(
    const char **format, const struct spt_egress_conf *conf, struct spt_err *e)
{
	bool named = spt_egress_named(conf);

	*format = conf->terminal ? "table" : "csv";
	if (conf->format != NULL)
		*format = conf->format;
	else if (named && by_name(format, conf->path, e) < 0)
		return -1;
	if (!known(*format))
		return spt_fail(e, SPT_EUSAGE,
		    "no format \"%s\" (formats: csv, tsv, ndjson, table, "
		    "arrow)",
		    *format);
	if (conf->append && !named)
		return spt_fail(e, SPT_EUSAGE, "--append needs a FILE");
	if (strcmp(*format, SPT_FORMAT_ARROW) != 0)
		return 0;
	if (conf->append)
		return spt_fail(e, SPT_EUSAGE,
		    "%s: cannot append to an Arrow stream, it has an end "
		    "mark: write another file",
		    conf->path);
	if (conf->barriers)
		return spt_fail(e, SPT_EUSAGE,
		    "--barriers is for text: an Arrow stream has its barriers "
		    "in it");
	if (conf->terminal && !named)
		return spt_fail(e, SPT_EUSAGE,
		    "an Arrow stream is binary and standard output is a "
		    "terminal: name a FILE or a format");
	return 0;
}
