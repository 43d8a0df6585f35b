/*
 * planmode - the output mode of a stream, as its plan tells it.
 */
#ifndef SPT_PLANMODE_H
#define SPT_PLANMODE_H

#include "encode/encoder.h"

/* plan: the JSON array of spate:plan, or NULL.  The mode of the last stage
 * that names one ("mode": "update"); append when none does.  Text that is not
 * JSON is read as far as it makes sense. */
enum spt_rows_mode spt_plan_mode(const char *plan);

#endif
