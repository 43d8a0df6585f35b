/* The port at the end: limits, sorting, lines at barriers, files that are
 * continued, and what is refused. */
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "batch/builder.h"
#include "egress/egress.h"
#include "unit.h"
#include "wire/in.h"

#define PLAN(mode)                                                             \
	"[{\"program\":\"sread\",\"args\":{\"mode\":3,\"x\":\"\\\"mode\\\"\"}" \
	"},"                                                                   \
	"{\"program\":\"swindow\",\"id\":\"a\",\"args\":{\"mode\": \"" mode    \
	"\"}},{\"program\":\"swrite\",\"args\":{\"sort\":\"mode\"}}]"

static const struct spt_io *io;
static struct spt_err e;
static struct spt_schema s;
static struct spt_builder r;
static struct spt_port *port;
static struct spt_egress_conf conf;
static const char *sink; /* what conf.sinks points to */
static char text[1 << 20];

/* A new conf that writes to memory. */
static void
reset(void)
{
	memset(&conf, 0, sizeof conf);
	memset(&e, 0, sizeof e);
	conf.limit = -1;
	conf.sinks = &sink;
	conf.fd = memfd_create("out", MFD_CLOEXEC);
	CHECK(conf.fd >= 0);
}

/* Opens the port and tells it the schema: k string, n int. */
static int
start(const char *mode, bool bounded)
{
	spt_schema_init(&s, io);
	CHECK(spt_schema_add(&s, "k", SPT_UTF8, &e) == 0);
	CHECK(spt_schema_add(&s, "n", SPT_INT64, &e) == 0);
	CHECK(spt_meta_set(&s.meta, SPT_KEY_PROFILE, "1", &e) == 0);
	CHECK(spt_meta_set(&s.fields[0].meta, SPT_KEY_GROUP, "1", &e) == 0);
	if (mode != NULL)
		CHECK(spt_meta_set(&s.meta, SPT_KEY_PLAN, mode, &e) == 0);
	if (bounded)
		CHECK(spt_meta_set(&s.meta, SPT_KEY_BOUNDED, "1", &e) == 0);
	CHECK(spt_builder_init(&r, io, &s, &e) == 0);
	port = NULL;
	if (spt_egress_open(&port, io, &conf, &e) < 0)
		return -1;
	return port->ops->schema(port, &s, &e);
}

static void
add(const char *k, int64_t n)
{
	CHECK((k != NULL ? spt_builder_str(&r, 0, k, strlen(k), &e)
			 : spt_builder_null(&r, 0, &e)) == 0);
	CHECK((n != 0 ? spt_builder_int(&r, 1, n, &e)
		      : spt_builder_null(&r, 1, &e)) == 0);
	spt_builder_end_row(&r);
}

/* The rows so far as one batch. */
static void
send(void)
{
	struct spt_batch b;

	spt_builder_batch(&r, &b);
	CHECK(port->ops->batch(port, &b, &e) == 0);
	spt_builder_reset(&r);
}

static void
control(enum spt_item_kind kind, int64_t epoch, spt_time watermark, bool final)
{
	struct spt_control c;

	spt_control_init(&c, io, kind);
	c.epoch = epoch;
	c.watermark = watermark;
	c.final = final;
	c.reason = SPT_FINISHED;
	CHECK(port->ops->control(port, &c, &e) == 0);
	spt_control_fini(&c);
}

static void
begin(int64_t epoch)
{
	control(SPT_ITEM_BEGIN, epoch, 0, false);
}

static void
barrier(int64_t epoch, spt_time watermark)
{
	control(SPT_ITEM_BARRIER, epoch, watermark, false);
}

static void
final(int64_t epoch)
{
	control(SPT_ITEM_BARRIER, epoch, SPT_TIME_MAX, true);
}

static const char *
written(void)
{
	ssize_t n = pread(conf.fd, text, sizeof text - 1, 0);

	CHECK(n >= 0);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void
stop(void)
{
	if (port != NULL)
		port->ops->close(port);
	spt_builder_fini(&r);
	spt_schema_fini(&s);
	close(conf.fd);
}

/* The end of the stream; what was written in all. */
static const char *
finish(void)
{
	control(SPT_ITEM_END, 0, 0, false);
	CHECK(port->ops->end(port, &e) == 0);
	return written();
}

/* ---- rows -------------------------------------------------------------------
 */

static void
as_csv(void)
{
	reset();
	CHECK(start(NULL, true) == 0);
	CHECK(port->fd == conf.fd);
	begin(0);
	add("a", 1);
	add(NULL, 0);
	send();
	CHECK_STR(written(), "");
	CHECK(port->ops->flush(port, &e) == 0);
	CHECK_STR(written(), "k,n\na,1\n,\n");
	final(0);
	CHECK_STR(finish(), "k,n\na,1\n,\n");
	stop();
}

static void
without_rows(void)
{
	static const struct {
		const char *format, *want;
	} cases[] = { { "csv", "k,n\n" }, { "tsv", "k\tn\n" }, { "ndjson", "" },
		{ "table", "k  n\n-  -\n" } };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		reset();
		conf.format = cases[i].format;
		CHECK(start(NULL, true) == 0);
		begin(0);
		final(0);
		CHECK_STR(finish(), cases[i].want);
		stop();
	}
}

static void
barrier_lines(void)
{
	static const char *const formats[] = { "csv", "tsv", "ndjson",
		"table" };
	static const char *const want[] = {
		"k,n\n"
		"# epoch 7 watermark none rows 0\n"
		"a,1\n"
		"# epoch 8 watermark 2015-05-17T10:05:03Z rows 1\n"
		"# epoch 9 watermark end rows 0 final\n",
		"k\tn\n"
		"# epoch 7 watermark none rows 0\n"
		"a\t1\n"
		"# epoch 8 watermark 2015-05-17T10:05:03Z rows 1\n"
		"# epoch 9 watermark end rows 0 final\n",
		"# epoch 7 watermark none rows 0\n"
		"{\"k\":\"a\",\"n\":1}\n"
		"# epoch 8 watermark 2015-05-17T10:05:03Z rows 1\n"
		"# epoch 9 watermark end rows 0 final\n",
		"k  n\n"
		"-  -\n"
		"# epoch 7 watermark none rows 0\n"
		"a  1\n"
		"# epoch 8 watermark 2015-05-17T10:05:03Z rows 1\n"
		"# epoch 9 watermark end rows 0 final\n",
	};

	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		reset();
		conf.format = formats[i];
		conf.barriers = true;
		CHECK(start(NULL, false) == 0);
		begin(7);
		barrier(7, SPT_TIME_MIN);
		begin(8);
		add("a", 1);
		send();
		barrier(8, INT64_C(1431857103000000));
		begin(9);
		final(9);
		CHECK_STR(finish(), want[i]);
		stop();
	}
}

static void
limits(void)
{
	reset();
	conf.limit = 3;
	CHECK(start(NULL, false) == 0);
	begin(0);
	add("a", 1);
	add("b", 2);
	send();
	barrier(0, SPT_TIME_MIN);
	begin(1);
	add("c", 3);
	add("d", 4);
	send();
	add("e", 5);
	send();
	final(1);
	CHECK_STR(finish(), "k,n\na,1\nb,2\nc,3\n");
	stop();

	reset();
	conf.limit = 0;
	CHECK(start(NULL, false) == 0);
	begin(0);
	add("a", 1);
	send();
	final(0);
	CHECK_STR(finish(), "k,n\n");
	stop();

	/* In complete mode the limit is of each epoch. */
	reset();
	conf.limit = 1;
	CHECK(start(PLAN("complete"), false) == 0);
	for (int i = 0; i < 2; i++) {
		begin(i);
		add("a", i + 1);
		add("b", i + 1);
		send();
		barrier(i, SPT_TIME_MIN);
	}
	CHECK_STR(finish(), "k,n\na,1\na,2\n");
	stop();
}

/* ---- order ------------------------------------------------------------- */

static const char *
sorted(const char *order, int64_t limit)
{
	static char copy[sizeof text];

	reset();
	conf.sort = order;
	conf.limit = limit;
	conf.barriers = true;
	CHECK(start(NULL, true) == 0);
	begin(0);
	add("b", 2);
	add("a", 2);
	add(NULL, 5);
	send();
	barrier(0, 0);
	begin(1);
	add("a", 1);
	add("abcdefghij", -3);
	add("abcdefghi", 9);
	add("", 9);
	add("c", 0);
	send();
	final(1);
	strcpy(copy, finish());
	stop();
	return copy;
}

static void
orders(void)
{
	CHECK_STR(sorted("k", -1), "k,n\n"
				   ",5\n"
				   "\"\",9\n"
				   "a,2\n"
				   "a,1\n"
				   "abcdefghi,9\n"
				   "abcdefghij,-3\n"
				   "b,2\n"
				   "c,\n"
				   "# epoch 1 watermark end rows 8 final\n");
	CHECK_STR(sorted("-n, k", -1),
	    "k,n\n"
	    "\"\",9\n"
	    "abcdefghi,9\n"
	    ",5\n"
	    "a,2\n"
	    "b,2\n"
	    "a,1\n"
	    "abcdefghij,-3\n"
	    "c,\n"
	    "# epoch 1 watermark end rows 8 final\n");
	CHECK_STR(sorted("n,-k", 3), "k,n\n"
				     "c,\n"
				     "abcdefghij,-3\n"
				     "a,1\n"
				     "# epoch 1 watermark end rows 3 final\n");
}

/* Bools, floats and times, with what is special about them. */
static void
order_of_types(void)
{
	static const double x[] = { 2.5, NAN, -INFINITY, 0.0, -0.0, INFINITY,
		-1e-300, -2.5 };
	struct spt_schema t;
	struct spt_batch b;

	reset();
	conf.sort = "x,b";
	spt_schema_init(&t, io);
	CHECK(spt_schema_add(&t, "x", SPT_FLOAT64, &e) == 0);
	CHECK(spt_schema_add(&t, "b", SPT_BOOL, &e) == 0);
	CHECK(spt_schema_add(&t, "t", SPT_TIMESTAMP, &e) == 0);
	CHECK(spt_meta_set(&t.meta, SPT_KEY_BOUNDED, "1", &e) == 0);
	CHECK(spt_builder_init(&r, io, &t, &e) == 0);
	CHECK(spt_egress_open(&port, io, &conf, &e) == 0);
	CHECK(port->ops->schema(port, &t, &e) == 0);
	for (int i = 0; i < 8; i++) {
		CHECK(spt_builder_float(&r, 0, x[i], &e) == 0);
		CHECK(spt_builder_bool(&r, 1, i % 2 == 1, &e) == 0);
		CHECK(spt_builder_int(&r, 2, i * 1000000, &e) == 0);
		spt_builder_end_row(&r);
	}
	CHECK(spt_builder_null(&r, 0, &e) == 0);
	CHECK(spt_builder_null(&r, 1, &e) == 0);
	CHECK(spt_builder_null(&r, 2, &e) == 0);
	spt_builder_end_row(&r);
	spt_builder_batch(&r, &b);
	begin(0);
	CHECK(port->ops->batch(port, &b, &e) == 0);
	final(0);
	CHECK_STR(finish(), "x,b,t\n"
			    ",,\n"
			    "-inf,false,1970-01-01T00:00:02Z\n"
			    "-2.5,true,1970-01-01T00:00:07Z\n"
			    "-1e-300,false,1970-01-01T00:00:06Z\n"
			    "-0.0,false,1970-01-01T00:00:04Z\n"
			    "0.0,true,1970-01-01T00:00:03Z\n"
			    "2.5,false,1970-01-01T00:00:00Z\n"
			    "inf,true,1970-01-01T00:00:05Z\n"
			    "NaN,true,1970-01-01T00:00:01Z\n");
	port->ops->close(port);
	spt_builder_fini(&r);
	spt_schema_fini(&t);
	close(conf.fd);
}

/* Many rows, in several chunks, with and without a limit: the same head. */
static void
sort_many(void)
{
	static char head[256];

	for (int64_t limit = 3; limit >= -1; limit -= 4) {
		int64_t v = 1;

		reset();
		conf.sort = "n";
		conf.limit = limit;
		CHECK(start(NULL, true) == 0);
		begin(0);
		for (int i = 0; i < 200000; i++) {
			char k[16];

			v = v * 48271 % 2147483647;
			snprintf(k, sizeof k, "%d", i);
			add(k, v % 1000000 + 1);
			if (r.rows == 10000)
				send();
		}
		final(0);
		finish();
		if (limit == 3) {
			snprintf(head, sizeof head, "%.200s", text);
			CHECK(strlen(head) > 12);
		} else {
			CHECK(strncmp(text, head, strlen(head)) == 0);
			CHECK(strlen(text) > 100000);
		}
		stop();
	}
}

/* Complete mode: each epoch by itself, the top of each. */
static void
sort_complete(void)
{
	reset();
	conf.sort = "-n";
	conf.limit = 2;
	conf.barriers = true;
	CHECK(start(PLAN("complete"), false) == 0);
	for (int i = 0; i < 2; i++) {
		begin(i);
		add("a", 1 + i);
		add("b", 5);
		add("c", 3 + 4 * i);
		send();
		barrier(i, SPT_TIME_MIN);
	}
	CHECK_STR(finish(), "k,n\n"
			    "b,5\nc,3\n"
			    "# epoch 0 watermark none rows 2\n"
			    "c,7\nb,5\n"
			    "# epoch 1 watermark none rows 2\n");
	stop();
}

static void
sort_refused(void)
{
	reset();
	conf.sort = "n";
	CHECK(start(PLAN("update"), false) == -1);
	CHECK_INT(e.kind, SPT_EUSAGE);
	stop();
	reset();
	conf.sort = "n,nobody";
	CHECK(start(NULL, true) == -1);
	CHECK_INT(e.kind, SPT_EUSAGE);
	CHECK_STR(e.msg, "--sort: no column \"nobody\" (columns: k, n)");
	stop();
}

/* ---- Arrow ------------------------------------------------------------- */

static void
as_arrow(bool sort)
{
	const struct spt_schema *got;
	const struct spt_item *item;
	struct spt_in *in;
	char what[64];
	size_t n = 0;

	reset();
	conf.format = "arrow";
	conf.limit = 3;
	conf.sort = sort ? "-n" : NULL;
	CHECK(start(NULL, true) == 0);
	begin(4);
	add("a", 1);
	add(NULL, 0);
	send();
	barrier(4, 50);
	begin(5);
	add("c", 3);
	add(NULL, 4);
	send();
	control(SPT_ITEM_BARRIER, 5, 99, false);
	finish();

	CHECK(lseek(conf.fd, 0, SEEK_SET) == 0);
	CHECK(spt_in_open(&in, io, conf.fd, "test", &e) == 0);
	CHECK(spt_in_get_schema(in, &got, &e) == 1);
	CHECK_INT(got->n, 2);
	while (spt_in_get(in, &item, &e) == 1) {
		const char *kinds = "?rb|E?";

		what[n++] = kinds[item->kind];
		if (item->kind == SPT_ITEM_BATCH) {
			const struct spt_col *c = &item->batch.cols[1];

			for (int64_t i = 0; i < item->batch.rows; i++)
				what[n++] = spt_col_null(c, i)
						? '-'
						: (char)('0' + c->ints[i]);
		}
	}
	what[n] = '\0';
	CHECK_STR(e.msg, "");
	CHECK_STR(what, sort ? "br431|E" : "br1-|br3|E");
	spt_in_close(in);
	stop();
}

/* ---- files ------------------------------------------------------------- */

static void
put_file(const char *path, const char *p)
{
	FILE *f = fopen(path, "w");

	CHECK(f != NULL && fputs(p, f) >= 0 && fclose(f) == 0);
}

static const char *
get_file(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t n;

	CHECK(f != NULL);
	if (f == NULL)
		return "";
	n = fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

/* Writes one row to the file; the status. */
static int
write_row(const char *path, bool append)
{
	int rc;

	reset();
	sink = path;
	conf.n_sinks = 1;
	conf.append = append;
	rc = start(NULL, true);
	if (rc == 0) {
		/* Only what can lose its reader is watched. */
		CHECK((port->fd == -1) == (strncmp(path, "/dev/", 5) != 0));
		add("a", 1);
		send();
		rc = port->ops->end(port, &e);
	}
	stop();
	return rc;
}

static void
files(void)
{
	char dir[] = "/tmp/egress-XXXXXX", csv[64], json[64];

	CHECK(mkdtemp(dir) != NULL);
	snprintf(csv, sizeof csv, "%s/out.csv", dir);
	snprintf(json, sizeof json, "%s/out.jsonl", dir);
	CHECK(write_row(csv, false) == 0);
	CHECK(write_row(csv, false) == 0);
	CHECK_STR(get_file(csv), "k,n\na,1\n");
	CHECK(write_row(csv, true) == 0);
	CHECK_STR(get_file(csv), "k,n\na,1\na,1\n");
	/* An unfinished last line is no place to go on. */
	put_file(csv, "k,n\nb,2");
	CHECK(write_row(csv, true) == 0);
	CHECK_STR(get_file(csv), "k,n\nb,2\na,1\n");
	put_file(csv, "");
	CHECK(write_row(csv, true) == 0);
	CHECK_STR(get_file(csv), "k,n\na,1\n");
	put_file(csv, "k,other\n");
	CHECK(write_row(csv, true) == -1);
	CHECK_INT(e.kind, SPT_EDATA);
	CHECK(strstr(e.msg, "not the header") != NULL);
	CHECK_STR(get_file(csv), "k,other\n");
	CHECK(write_row(json, true) == 0);
	CHECK(write_row(json, true) == 0);
	CHECK_STR(
	    get_file(json), "{\"k\":\"a\",\"n\":1}\n{\"k\":\"a\",\"n\":1}\n");
	CHECK(unlink(csv) == 0 && unlink(json) == 0 && rmdir(dir) == 0);
	CHECK(write_row(csv, false) == -1);
	CHECK_INT(e.kind, SPT_ESYSTEM);
	CHECK(strstr(e.msg, "cannot open: No such file") != NULL);
}

static void
full_disk(void)
{
	CHECK(write_row("/dev/full", false) == -1);
	CHECK_INT(e.kind, SPT_ESYSTEM);
	CHECK_STR(e.msg, "/dev/full: cannot write: No space left on device");
}

static void
refused(void)
{
	static const struct {
		const char *format, *path;
		bool append, barriers, terminal;
	} cases[] = {
		{ "arrow", NULL, false, false, true },
		{ "arrow", "x.csv", true, false, false },
		{ "arrow", NULL, false, true, false },
		{ NULL, NULL, true, false, false },
		{ NULL, "-", true, false, false },
		{ NULL, "x.csv.xz", false, false, false },
		{ NULL, "x.csv.gz", true, false, false },
		{ NULL, "sqlite:x", false, false, false },
		{ NULL, "sqlite:?table=x", false, false, false },
		{ NULL, "sqlite:x?table=", false, false, false },
		{ NULL, "sqlite:x?table=spate_epochs", false, false, false },
		{ NULL, "x/", false, true, false },
		{ NULL, "", false, false, false },
		{ "xml", NULL, false, false, false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		reset();
		conf.format = cases[i].format;
		sink = cases[i].path;
		conf.n_sinks = sink != NULL;
		conf.append = cases[i].append;
		conf.barriers = cases[i].barriers;
		conf.terminal = cases[i].terminal;
		CHECK(spt_egress_open(&port, io, &conf, &e) == -1);
		CHECK_INT(e.kind, SPT_EUSAGE);
		close(conf.fd);
	}
}

/* The last stage that names a mode decides; what looks like one does not. */
static void
modes(void)
{
	static const struct {
		const char *plan, *want;
	} cases[] = {
		{ PLAN("append"), "k  n\n-  -\na  1\na  1\n" },
		{ PLAN("update"), "k  n\n-  -\na  1\n\nk  n\n-  -\na  1\n" },
		{ "[{\"args\":{\"mode\":\"update\"}},"
		  "{\"args\":{\"mode\":\"append\",\"how\":\"update\"}}]",
		    "k  n\n-  -\na  1\na  1\n" },
		{ "[{\"a\":\"\\\"mode\\\":\\\"update\\\"\",\"mode",
		    "k  n\n-  -\na  1\na  1\n" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		reset();
		conf.format = "table";
		CHECK(start(cases[i].plan, true) == 0);
		for (int k = 0; k < 2; k++) {
			begin(k);
			add("a", 1);
			send();
			barrier(k, 0);
		}
		CHECK_STR(finish(), cases[i].want);
		stop();
	}
}

/* ---- no memory --------------------------------------------------------- */

static int allocations; /* that still succeed */

static void *
scarce(const struct spt_io *x, void *p, size_t n)
{
	(void)x;
	return allocations-- > 0 ? realloc(p, n) : NULL;
}

/* A short run in which every failure is looked at. */
static int
try_run(const struct spt_io *poor)
{
	struct spt_control b, f, end;
	struct spt_batch rows;
	int rc = -1;

	spt_control_init(&b, io, SPT_ITEM_BEGIN);
	spt_control_init(&f, io, SPT_ITEM_BARRIER);
	spt_control_init(&end, io, SPT_ITEM_END);
	end.reason = SPT_FINISHED;
	spt_builder_batch(&r, &rows);
	port = NULL;
	if (spt_egress_open(&port, poor, &conf, &e) == 0 &&
	    port->ops->schema(port, &s, &e) == 0 &&
	    port->ops->control(port, &b, &e) == 0 &&
	    port->ops->batch(port, &rows, &e) == 0 &&
	    port->ops->control(port, &f, &e) == 0 &&
	    port->ops->control(port, &end, &e) == 0)
		rc = port->ops->end(port, &e);
	if (port != NULL)
		port->ops->close(port);
	port = NULL;
	return rc;
}

static void
without_memory(void)
{
	static const struct {
		const char *format, *mode, *sort;
		bool terminal;
	} cases[] = {
		{ "csv", PLAN("append"), NULL, false },
		{ "ndjson", PLAN("append"), "k", false },
		{ "table", PLAN("append"), NULL, true },
		{ "table", PLAN("update"), NULL, true },
		{ "table", PLAN("complete"), "-n", true },
		{ "arrow", PLAN("append"), "n", false },
	};
	struct spt_io poor = *io;

	poor.realloc = scarce;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int k = 0, rc = -1;

		reset();
		conf.format = cases[i].format;
		conf.sort = cases[i].sort;
		conf.terminal = cases[i].terminal;
		conf.width = conf.height = 20;
		conf.limit = 1;
		CHECK(start(cases[i].mode, true) == 0);
		port->ops->close(port);
		add("a", 1);
		add("b", 2);
		for (; rc < 0 && k < 1000; k++) {
			memset(&e, 0, sizeof e);
			allocations = k;
			rc = try_run(&poor);
			CHECK(rc == 0 || e.kind == SPT_ESYSTEM);
		}
		CHECK(rc == 0 && k > 3);
		stop();
	}
}

int
main(void)
{
	io = spt_io_system();
	as_csv();
	without_rows();
	barrier_lines();
	limits();
	orders();
	order_of_types();
	sort_many();
	sort_complete();
	sort_refused();
	as_arrow(false);
	as_arrow(true);
	files();
	full_disk();
	refused();
	modes();
	without_memory();
	return DONE;
}
