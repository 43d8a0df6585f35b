/*
 * plan - what a stage adds to the JSON arrays that travel with the stream.
 * They are only ever extended, as text: what others wrote stays as it is.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "stage/emit.h"

void
spt_plan_id(char *id, size_t size, const char *plan, const char *program)
{
	char key[128];
	int k = 1;

	snprintf(key, sizeof key, "{\"program\":\"%s\",", program);
	for (const char *p = plan != NULL ? plan : "";
	     (p = strstr(p, key)) != NULL; p++)
		k++;
	snprintf(id, size, "%s-%d", program, k);
}

/* Puts "[...," or "[" of an array that will be extended. */
static int
reopen(struct spt_buf *out, const char *array, struct spt_err *e)
{
	size_t n = array != NULL ? strlen(array) : 0;

	if (n < 2 || array[0] != '[' || array[n - 1] != ']')
		return spt_buf_putc(out, '[', e);
	if (spt_buf_put(out, array, n - 1, e) < 0)
		return -1;
	return n > 2 ? spt_buf_putc(out, ',', e) : 0;
}

int
spt_plan_add(struct spt_buf *out, const char *plan, const char *program,
    const char *id, const char *args, struct spt_err *e)
{
	if (reopen(out, plan, e) < 0 ||
	    spt_buf_printf(out, e, "{\"program\":\"%s\",\"id\":", program) <
		0 ||
	    spt_json_put_string(out, id, strlen(id), e) < 0)
		return -1;
	return spt_buf_printf(
	    out, e, ",\"args\":%s}]", args != NULL ? args : "{}");
}

int
spt_progress_add(struct spt_buf *out, const char *progress, const char *id,
    int64_t rows_in, int64_t rows_out, const struct spt_figure *f, size_t n,
    struct spt_err *e)
{
	if (reopen(out, progress, e) < 0 ||
	    spt_buf_puts(out, "{\"stage\":", e) < 0 ||
	    spt_json_put_string(out, id, strlen(id), e) < 0 ||
	    spt_buf_printf(out, e, ",\"rows_in\":%lld,\"rows_out\":%lld",
		(long long)rows_in, (long long)rows_out) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (spt_buf_printf(out, e, ",\"%s\":", f[i].name) < 0)
			return -1;
		if ((f[i].measured ? spt_json_put_float(out, f[i].real, e)
				   : spt_buf_printf(out, e, "%lld",
					 (long long)f[i].value)) < 0)
			return -1;
	}
	return spt_buf_puts(out, "}]", e);
}
