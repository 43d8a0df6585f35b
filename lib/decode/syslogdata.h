/*
 * syslogdata - the structured data of RFC 5424 as JSON text.  Not installed.
 */
#ifndef SPT_SYSLOGDATA_H
#define SPT_SYSLOGDATA_H

#include "base/buf.h"

/* Bounds of one line, so that looking for repeated names stays cheap. */
#define SPT_SYSLOG_ELEMENTS 128
#define SPT_SYSLOG_PARAMS 256 /* of one element */

struct spt_syslog_param {
	const char *name, *value;
	size_t n_name, n_value;
	bool done;
};

struct spt_syslog_id {
	const char *p;
	size_t n;
};

/* Kept from line to line by who calls. */
struct spt_syslog_data {
	struct spt_buf json, text;
	struct spt_syslog_id ids[SPT_SYSLOG_ELEMENTS];
	struct spt_syslog_param params[SPT_SYSLOG_PARAMS];
};

void spt__syslog_data_init(struct spt_syslog_data *d, const struct spt_io *io);
void spt__syslog_data_fini(struct spt_syslog_data *d);

/* Reads [id name="value" ...][id ...] at *p of the line that runs from line to
 * end; *p is moved behind it.  0: d->json is {"id":{"name":"value"}}, a name
 * that comes twice has an array of its values; on loan until the next call.
 * -1: *e says what was expected at which column. */
SPT_MUST int spt__syslog_data_read(struct spt_syslog_data *d, const char *line,
    const char **p, const char *end, struct spt_err *e);

#endif
