#include "base/json.h"
#include "egress/positions.h"

int
spt_positions_put(struct spt_buf *out, const char *name, const void *position,
    size_t n, struct spt_err *e)
{
	if (spt_json_put_string(out, name, strlen(name), e) < 0 ||
	    spt_buf_putc(out, '\n', e) < 0 ||
	    spt_buf_put(out, position, n, e) < 0)
		return -1;
	return spt_buf_putc(out, '\n', e);
}

int
spt_positions_get(const char **text, const char *name, struct spt_buf *position,
    struct spt_err *e)
{
	const char *first = *text, *second, *end;
	struct spt_buf want;
	bool same;

	if (*first == '\0')
		return 0;
	second = strchr(first, '\n');
	end = second != NULL ? strchr(second + 1, '\n') : NULL;
	if (end == NULL)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "the positions of the sinks in the checkpoint are damaged");
	spt_buf_init(&want, position->io);
	if (spt_json_put_string(&want, name, strlen(name), e) < 0) {
		spt_buf_fini(&want);
		return -1;
	}
	same = want.len == (size_t)(second - first) &&
	       memcmp(want.data, first, want.len) == 0;
	spt_buf_fini(&want);
	if (!same)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: the checkpoint commits to %.*s in this place: name "
		    "the same outputs in the same order",
		    name, (int)(second - first), first);
	position->len = 0;
	if (spt_buf_put(position, second + 1, (size_t)(end - second - 1), e) <
	    0)
		return -1;
	*text = end + 1;
	return 1;
}
