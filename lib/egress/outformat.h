/*
 * outformat - which format an output has.
 */
#ifndef SPT_OUTFORMAT_H
#define SPT_OUTFORMAT_H

#include "egress/egress.h"

#define SPT_FORMAT_ARROW "arrow"

/* A file has been named (not standard output). */
bool spt_egress_named(const struct spt_egress_conf *conf);
/* *format is a name of spt_encoder_formats or SPT_FORMAT_ARROW, static or out
 * of conf.  SPT_EUSAGE: what was asked for does not go together. */
SPT_MUST int spt_egress_format(
    const char **format, const struct spt_egress_conf *conf, struct spt_err *e);

#endif
