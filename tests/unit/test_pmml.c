/*
 * PMML: scikit-learn's and JPMML's own predictions for the fixtures, what is
 * refused by name, and what becomes of damaged documents.
 */
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "score/modelfile.h"
#include "score/pmml.h"
#include "model_rows.h"
#include "unit.h"

#define ROWS 100

static const struct spt_io *io;
static struct model_rows rows;
static char scratch[64]; /* a file */

/* ---- predictions ------------------------------------------------------- */

static bool
near(double got, const char *want)
{
	const double v = strtod(want, NULL);

	return fabs(got - v) <= 1e-9 * fmax(fabs(v), 1e-3);
}

static bool
same_prediction(const struct spt_model_info *info, const struct spt_scores *s,
    size_t row, const char *want)
{
	const int fate = s->fate == NULL ? SPT_SCORED : s->fate[row];

	if (strcmp(want, "null") == 0 || strcmp(want, "bad") == 0)
		return fate == (*want == 'n' ? SPT_SCORE_NULL : SPT_SCORE_BAD);
	if (fate != SPT_SCORED)
		return false;
	if (s->label != NULL)
		return strcmp(info->labels[s->label[row]], want) == 0;
	return near(s->prediction[row], want);
}

/* Compares a line of a .want with the scores of a row. */
static bool
same_row(const struct spt_model_info *info, const struct spt_scores *s,
    size_t row, char *line)
{
	const char *word = strsep(&line, " \n");

	if (!same_prediction(info, s, row, word))
		return false;
	for (size_t k = 0; (word = strsep(&line, " \n")) != NULL && *word; k++)
		if (k >= info->classes ||
		    !near(s->probability[row * info->classes + k], word))
			return false;
	return true;
}

static void
compare(const struct spt_model_info *info, const struct spt_scores *s,
    const char *want)
{
	char line[1000], copy[1000];
	FILE *f = fopen(want, "r");
	size_t wrong = 0;

	CHECK(f != NULL);
	for (size_t row = 0; f != NULL && row < ROWS; row++) {
		CHECK(fgets(line, sizeof line, f) != NULL);
		strcpy(copy, line);
		if (same_row(info, s, row, line))
			continue;
		if (wrong++ < 3)
			printf(
			    "%s: row %zu: %g (label %s, fate %d), and not %s",
			    want, row, s->prediction[row],
			    s->label == NULL ? "-"
					     : info->labels[s->label[row]],
			    s->fate == NULL ? 0 : s->fate[row], copy);
	}
	CHECK(wrong == 0);
	if (f != NULL)
		fclose(f);
}

static void
check_model(const char *path, const char *want)
{
	const struct spt_model_conf conf = { .path = path };
	struct spt_model_info info = { 0 };
	struct spt_scores s = { 0 };
	struct spt_err e = { 0 };
	struct spt_buf head;
	void *self = NULL;

	spt_buf_init(&head, io);
	CHECK(spt_modelfile_read(io, path, 1 << 20, &head, &e) == 0);
	CHECK(
	    spt_pmml_format.looks(io, path, (const char *)head.data, head.len));
	spt_buf_fini(&head);
	CHECK(spt_pmml_format.load(&self, io, &conf, &info, &e) == 0);
	CHECK_STR(e.msg, "");
	if (self == NULL)
		return;
	CHECK(spt_pmml_format.bind(self, &rows.schema, &e) == 0);
	CHECK(spt_pmml_format.predict(self, &rows.batch, &s, &e) == 0);
	CHECK_STR(e.msg, "");
	compare(&info, &s, want);
	spt_pmml_format.free(self);
}

/* ---- what is refused --------------------------------------------------- */

static void
write_file(const void *bytes, size_t n)
{
	FILE *f = fopen(scratch, "w");

	CHECK(f != NULL && fwrite(bytes, 1, n, f) == n);
	if (f != NULL)
		fclose(f);
}

#define HEAD "<PMML version=\"4.4\">\n"
#define FIELDS                                                         \
	"<DataDictionary><DataField name=\"a\" optype=\"continuous\" " \
	"dataType=\"double\"/></DataDictionary>\n"
#define REGRESSION                                                    \
	"<RegressionModel functionName=\"regression\"><MiningSchema>" \
	"<MiningField name=\"a\"/></MiningSchema>\n"
#define TAIL "</RegressionModel></PMML>"
#define TERM "<NumericPredictor name=\"x\" coefficient=\"1\"/>"
#define TABLE "<RegressionTable intercept=\"0\">" TERM "</RegressionTable>"
#define DERIVED(x)                                        \
	HEAD FIELDS REGRESSION "<LocalTransformations>" x \
			       "</LocalTransformations>\n" TABLE TAIL
#define FIELD(name, x)               \
	"<DerivedField name=\"" name \
	"\" optype=\"continuous\" dataType=\"double\">" x "</DerivedField>"

static const struct {
	const char *text, *says;
} refused[] = {
	{ "<PMML version=\"4.4\">", "line 1, column" },
	{ "<!DOCTYPE PMML [<!ENTITY x \"y\">]><PMML version=\"4.4\"/>",
	    "document type" },
	{ "<PNML version=\"4.4\"/>", "not a <PMML>" },
	{ "<PMML version=\"5.0\"/>", "version 5.0" },
	{ "<PMML version=\"4.4\"/>", "no model" },
	{ HEAD FIELDS "<NeuralNetwork/></PMML>", "line 3: NeuralNetwork" },
	{ HEAD FIELDS REGRESSION TABLE TAIL, "no field \"x\"" },
	{ DERIVED(FIELD("x", "<TextIndex/>")), "TextIndex" },
	{ DERIVED(FIELD("x", "<FieldRef field=\"x\"/>")), "needs itself" },
	{ DERIVED(FIELD("x", "<FieldRef field=\"y\"/>")
		  FIELD("y", "<FieldRef field=\"x\"/>")),
	    "\"x\" needs itself" },
	{ DERIVED(FIELD("x", "<Apply function=\"x-magic\">"
			     "<FieldRef field=\"a\"/></Apply>")),
	    "function \"x-magic\" is not supported" },
	{ DERIVED(FIELD("x", "<Apply function=\"ln\"/>")),
	    "function \"ln\" with 0 arguments" },
	{ DERIVED(FIELD("x", "<Constant dataType=\"double\">one</Constant>")),
	    "\"one\" is not a number" },
	{ DERIVED(FIELD("a", "<FieldRef field=\"a\"/>")), "there already" },
};

static void
check_refused(void)
{
	const struct spt_model_conf conf = { .path = scratch };

	for (size_t k = 0; k < sizeof refused / sizeof *refused; k++) {
		struct spt_model_info info;
		struct spt_err e = { 0 };
		void *self;

		write_file(refused[k].text, strlen(refused[k].text));
		CHECK(spt_pmml_format.load(&self, io, &conf, &info, &e) == -1);
		CHECK(e.kind == SPT_EDATA);
		CHECK(strstr(e.msg, scratch) != NULL);
		CHECK(strstr(e.msg, refused[k].says) != NULL);
		if (strstr(e.msg, refused[k].says) == NULL)
			printf("%s\n", e.msg);
	}
}

/* ---- damage ------------------------------------------------------------ */

/* Loads bytes as a model, and uses it if it is one. */
static void
try_bytes(const uint8_t *bytes, size_t n)
{
	const struct spt_model_conf conf = { .path = scratch };
	struct spt_model_info info = { 0 };
	struct spt_scores s = { 0 };
	struct spt_err e = { 0 };
	void *self = NULL;

	write_file(bytes, n);
	if (spt_pmml_format.load(&self, io, &conf, &info, &e) < 0) {
		CHECK(e.kind == SPT_EDATA);
		CHECK(strstr(e.msg, scratch) != NULL);
		return;
	}
	if (spt_pmml_format.bind(self, &rows.schema, &e) == 0)
		CHECK(spt_pmml_format.predict(self, &rows.batch, &s, &e) == 0);
	spt_pmml_format.free(self);
}

static void
damage(const char *path)
{
	struct spt_err e = { 0 };
	struct spt_buf b;

	spt_buf_init(&b, io);
	CHECK(spt_modelfile_read(io, path, 1 << 20, &b, &e) == 0);
	for (size_t n = 0; n < b.len; n += b.len / 20 + 1)
		try_bytes(b.data, n);
	for (size_t at = 0; at < b.len; at += b.len / 60 + 1) {
		const uint8_t was = b.data[at];

		b.data[at] ^= (uint8_t)(1u << (at % 7));
		try_bytes(b.data, b.len);
		b.data[at] = was == '-' ? '9' : '-';
		try_bytes(b.data, b.len);
		b.data[at] = was;
	}
	spt_buf_fini(&b);
}

int
main(void)
{
	const char *top = getenv("srcdir");
	char folder[2000], path[4096], want[4096];
	const struct dirent *d;
	int models = 0;
	DIR *all;

	io = spt_io_system();
	strcpy(scratch, "pmml-XXXXXX");
	close(mkstemp(scratch));
	snprintf(folder, sizeof folder, "%s/tests/data/pmml",
	    top == NULL ? "." : top);
	model_rows_read(&rows, io, folder, ROWS);
	all = opendir(folder);
	CHECK(all != NULL);
	while (all != NULL && (d = readdir(all)) != NULL) {
		const char *dot = strrchr(d->d_name, '.');

		if (dot == NULL || strcmp(dot, ".pmml") != 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, d->d_name);
		snprintf(want, sizeof want, "%s/%.*s.want", folder,
		    (int)(dot - d->d_name), d->d_name);
		check_model(path, want);
		if (models++ % 6 == 0)
			damage(path);
	}
	if (all != NULL)
		closedir(all);
	CHECK(models >= 30);
	check_refused();
	unlink(scratch);
	spt_schema_fini(&rows.schema);
	return DONE;
}
