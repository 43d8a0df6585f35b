/*
 * terminal - what a descriptor is, for output that people look at.
 */
#ifndef SPT_TERMINAL_H
#define SPT_TERMINAL_H

#include "egress/egress.h"

/* Sets all of *conf: everything written to fd, and if that is a terminal, its
 * size and whether colours are welcome (NO_COLOR, TERM). */
void spt_terminal_conf(struct spt_egress_conf *conf, int fd);

#endif
