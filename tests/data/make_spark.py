#!/usr/bin/env python3
"""make_spark - fits small spark.ml models and writes them, and what Spark
itself predicts with them, for the tests of sscore.

usage: make_spark.py FOLDER        (tests/data/spark/3.5, tests/data/spark/4.1)

Run it by a Python that has the pyspark to be tested; it needs Java 17:

    python3 -m venv v && v/bin/pip install numpy pyspark==3.5.3
    v/bin/python tests/data/make_spark.py tests/data/spark/3.5

FOLDER/tree_plain and FOLDER/broken/NAME are one small tree, whole and with
its nodes changed.  FOLDER/../rows.ndjson are the rows: id 0..39 is what the models are fitted
on, the others are nulls, NaN, unknown words, ties and values out of range.
FOLDER/NAME is a model; FOLDER/NAME.ndjson says, row by row, what became of
the row (scored, skip, bad) and what Spark predicted.  Numbers that JSON does
not have are the texts "NaN", "Infinity" and "-Infinity".
"""
import json
import math
import os
import random
import shutil
import sys

from pyspark.ml import Pipeline
from pyspark.ml import classification as C
from pyspark.ml import clustering as K
from pyspark.ml import evaluation as E
from pyspark.ml import feature as F
from pyspark.ml import regression as R
from pyspark.ml import tuning as T
from pyspark.ml.linalg import Vectors, VectorUDT
from pyspark.sql import SparkSession
from pyspark.sql import types as S

NAN, INF = float("nan"), float("inf")
FITTED = 40
COLUMNS = [("id", S.LongType()), ("a", S.DoubleType()), ("b", S.DoubleType()),
           ("n", S.LongType()), ("d", S.DoubleType()), ("s", S.StringType()),
           ("t", S.StringType()), ("flag", S.BooleanType()),
           ("y", S.DoubleType()), ("pos", S.DoubleType()),
           ("c2", S.DoubleType()), ("c3", S.DoubleType()),
           ("word", S.StringType())]
NAMES = [name for name, _ in COLUMNS]


def fitted_rows():
    rnd = random.Random(7)
    rows = []
    for i in range(FITTED):
        a = round(rnd.uniform(-3, 3), 3)
        b = round(rnd.gauss(1, 2), 4)
        n = rnd.randint(-5, 50)
        d = float(rnd.randint(0, 3))
        s = rnd.choice(["red", "green", "green", "blue", "blå", "grey"])
        t = rnd.choice(["x", "y", "z", "w", "v"])
        flag = rnd.random() < 0.5
        y = 2 * a - b + 0.1 * n + (1.5 if s == "red" else 0) \
            + rnd.gauss(0, 0.3)
        pos = 0.5 + abs(y) / 3
        c2 = 1.0 if y + rnd.gauss(0, 1) > 1 else 0.0
        c3 = float((d + (1 if a > 0 else 0) + rnd.randint(0, 1)) % 3)
        word = ["low", "mid", "high"][int(c3)]
        rows.append([i, a, b, n, d, s, t, flag, y, pos, c2, c3, word])
    return rows


def rows_of():
    """The rows that models are fitted on, and the ugly ones."""
    rows = fitted_rows()
    base = rows[3][:]

    def add(**change):
        row = base[:]
        row[0] = len(rows)
        for name, value in change.items():
            row[NAMES.index(name)] = value
        rows.append(row)

    add(a=None)
    add(b=None)
    add(n=None)
    add(d=None)
    add(s=None)
    add(t=None)
    add(flag=None)
    add(a=NAN)
    add(b=NAN)
    add(d=NAN)
    add(s="never seen")
    add(t="Green")
    add(a=INF)
    add(a=-INF)
    add(a=-0.0, b=0.0, n=0, d=0.0)
    add(a=0.0, b=-0.0, n=0, d=-0.0)
    add(a=1e3, b=-1e3)
    add(a=-40.0, b=30.0)
    add(a=40.0, b=-30.0)
    add(d=1.5)
    add(d=-1.0)
    add(d=4.0)
    add(d=17.0, n=1 << 53)
    add(a=3.0, d=3.0)
    add(a=-3.0, d=2.0)
    add(a=1.0, b=1.0, n=1, d=1.0)
    add(a=-1.0, b=-1.0, n=-1, d=1.0)
    add(s="NULL", t=" x")
    add(s="")
    add(word=None)
    add(word="other")
    add(a=None, b=None, n=None, d=None, s=None, t=None, flag=None)
    return rows


def models():
    """Name, estimator, frame: rows (plain columns), or vectors of a, b, n, d
    (in the column features) that are named by the letter."""
    va = F.VectorAssembler
    abn = va(inputCols=["a", "b", "n"], outputCol="features")
    keep = va(inputCols=["a", "b", "n", "flag"], outputCol="features",
              handleInvalid="keep")
    skip = va(inputCols=["a", "b", "n"], outputCol="features",
              handleInvalid="skip")
    cats = [
        F.StringIndexer(inputCols=["s", "t"], outputCols=["si", "ti"],
                        handleInvalid="keep"),
        va(inputCols=["si", "a", "ti", "b", "n"], outputCol="features",
           handleInvalid="keep"),
    ]
    words = F.StringIndexer(inputCol="word", outputCol="wi",
                            stringOrderType="alphabetAsc")
    unword = F.IndexToString(inputCol="prediction", outputCol="guess",
                             labels=["high", "low", "mid"])
    p = lambda *stages: Pipeline(stages=list(stages))

    yield "linear", p(
        abn, F.StandardScaler(inputCol="features", outputCol="z",
                              withMean=True),
        R.LinearRegression(featuresCol="z", labelCol="y", maxIter=20))
    yield "linear_keep", p(keep, R.LinearRegression(labelCol="y",
                                                    maxIter=20))
    yield "linear_skip", p(
        skip, F.StandardScaler(inputCol="features", outputCol="z"),
        F.MinMaxScaler(inputCol="z", outputCol="m", min=-1.0, max=2.0),
        R.LinearRegression(featuresCol="m", labelCol="y", maxIter=20,
                           predictionCol="guess"))
    yield "logit", p(
        F.StringIndexer(inputCol="s", outputCol="si", handleInvalid="keep"),
        F.OneHotEncoder(inputCols=["si"], outputCols=["sv"]),
        va(inputCols=["sv", "a", "b"], outputCol="features",
           handleInvalid="skip"),
        C.LogisticRegression(labelCol="c2", threshold=0.4, maxIter=15))
    yield "logit_plain", p(abn, C.LogisticRegression(labelCol="c2",
                                                     maxIter=15))
    yield "logit_thresholds", p(
        abn, C.LogisticRegression(labelCol="c2", maxIter=15,
                                  rawPredictionCol="",
                                  thresholds=[0.3, 0.7]))
    yield "multi", p(
        F.Imputer(inputCols=["a", "b", "n"], outputCols=["ia", "ib", "in"],
                  strategy="median"),
        F.Bucketizer(inputCol="ia", outputCol="bucket",
                     splits=[-INF, -1.0, 0.0, 1.0, INF],
                     handleInvalid="keep"),
        F.StringIndexer(inputCol="word", outputCol="wi",
                        handleInvalid="keep"),
        F.OneHotEncoder(inputCols=["bucket", "d"], outputCols=["bv", "dv"],
                        handleInvalid="keep", dropLast=False),
        va(inputCols=["bv", "dv", "ib", "in"], outputCol="raw",
           handleInvalid="skip"),
        F.MinMaxScaler(inputCol="raw", outputCol="features"),
        C.LogisticRegression(labelCol="wi", maxIter=15,
                             family="multinomial"),
        F.IndexToString(inputCol="prediction", outputCol="guess",
                        labels=["a", "b", "c", "none"]))
    yield "buckets", p(
        F.Bucketizer(inputCols=["a", "b"], outputCols=["ab", "bb"],
                     splitsArray=[[-3.0, -1.0, 0.0, 0.5, 3.0],
                                  [-INF, 0.0, 1.0, INF]]),
        F.Imputer(inputCol="d", outputCol="dd", missingValue=1.0,
                  strategy="mean"),
        va(inputCols=["ab", "bb", "dd"], outputCol="features",
           handleInvalid="keep"),
        R.LinearRegression(labelCol="y", maxIter=10))
    yield "imputer_place", p(
        F.Imputer(inputCols=["a", "n"], outputCols=["a", "n"]),
        F.Imputer(inputCols=["b", "a"], outputCols=["a", "b"],
                  missingValue=2.0),
        va(inputCols=["a", "b", "n"], outputCol="features"),
        R.LinearRegression(labelCol="y", maxIter=10))
    yield "buckets_skip", p(
        F.Bucketizer(inputCol="a", outputCol="ab", handleInvalid="skip",
                     splits=[-3.0, -1.0, 0.0, 3.0]),
        va(inputCols=["ab"], outputCol="features", handleInvalid="keep"),
        R.LinearRegression(labelCol="y", maxIter=10))
    yield "indexers", p(
        F.StringIndexer(inputCols=["d", "n", "t"],
                        outputCols=["di", "ni", "ti"],
                        stringOrderType="frequencyAsc",
                        handleInvalid="skip"),
        va(inputCols=["di", "ni", "ti"], outputCol="features"),
        R.LinearRegression(labelCol="y", maxIter=10))
    yield "indexer_error", p(
        F.StringIndexer(inputCol="t", outputCol="ti"),
        F.OneHotEncoder(inputCol="d", outputCol="dv"),
        va(inputCols=["ti", "dv"], outputCol="features"),
        R.LinearRegression(labelCol="y", maxIter=10))
    yield "tree_class", p(*cats, C.DecisionTreeClassifier(
        labelCol="c3", maxDepth=4, seed=1))
    yield "tree_regress", p(*cats, R.DecisionTreeRegressor(
        labelCol="y", maxDepth=4, seed=1))
    yield "forest_class", p(
        words, *cats, C.RandomForestClassifier(
            labelCol="wi", maxDepth=3, numTrees=4, seed=1), unword)
    yield "forest_thresholds", p(*cats, C.RandomForestClassifier(
        labelCol="c3", maxDepth=3, numTrees=3, seed=2)
        .setThresholds([0.5, 0.2, 0.3]))
    yield "forest_regress", p(*cats, R.RandomForestRegressor(
        labelCol="y", maxDepth=3, numTrees=4, seed=1))
    yield "boost_class", p(*cats, C.GBTClassifier(
        labelCol="c2", maxDepth=2, maxIter=4, seed=1))
    yield "boost_regress", p(*cats, R.GBTRegressor(
        labelCol="y", maxDepth=2, maxIter=4, seed=1))
    yield "cross", T.CrossValidator(
        estimator=p(abn, R.LinearRegression(labelCol="y", maxIter=3)),
        estimatorParamMaps=T.ParamGridBuilder().build(),
        evaluator=E.RegressionEvaluator(labelCol="y"), numFolds=2, seed=1)
    yield "split", T.TrainValidationSplit(
        estimator=p(abn, C.LogisticRegression(labelCol="c2", maxIter=3)),
        estimatorParamMaps=T.ParamGridBuilder().build(),
        evaluator=E.BinaryClassificationEvaluator(labelCol="c2"), seed=1)
    yield "kmeans", p(skip, K.KMeans(k=3, seed=1, maxIter=5))
    # Single stages on a vector of their own.
    yield "v_linear", R.LinearRegression(labelCol="y", maxIter=5)
    yield "v_cosine", K.KMeans(k=3, seed=1, maxIter=5,
                               distanceMeasure="cosine")
    yield "v_gamma", R.GeneralizedLinearRegression(
        labelCol="pos", family="gamma", link="log", maxIter=10,
        linkPredictionCol="eta")
    yield "v_poisson", R.GeneralizedLinearRegression(
        labelCol="pos", family="poisson", maxIter=10, offsetCol="a")
    yield "v_probit", R.GeneralizedLinearRegression(
        labelCol="c2", family="binomial", link="probit", regParam=0.1,
        maxIter=5)
    yield "v_cloglog", R.GeneralizedLinearRegression(
        labelCol="c2", family="binomial", link="cloglog", regParam=0.5,
        maxIter=3)
    yield "v_tweedie", R.GeneralizedLinearRegression(
        labelCol="pos", family="tweedie", variancePower=1.5,
        linkPower=0.5, maxIter=10)
    yield "v_gaussian", R.GeneralizedLinearRegression(labelCol="y")
    for kind in "multinomial", "complement", "bernoulli", "gaussian":
        bayes = C.NaiveBayes(labelCol="c2" if kind == "bernoulli" else "c3",
                             modelType=kind)
        if kind == "bernoulli":
            bayes.setThresholds([0.4, 0.6])
        yield "v_bayes_" + kind, bayes
    # Coefficients that are saved sparse, and features that are ignored.
    yield "sparse", p(keep, C.LogisticRegression(
        labelCol="c3", maxIter=20, regParam=0.2, elasticNetParam=1.0))
    # Pipelines within pipelines; predictions that are features.
    yield "chain", p(
        p(F.StringIndexer(inputCol="s", outputCol="si",
                          handleInvalid="keep"),
          skip, K.KMeans(k=2, seed=3, maxIter=3, predictionCol="cluster")),
        C.LogisticRegression(labelCol="c2", maxIter=5,
                             predictionCol="first", probabilityCol="p",
                             rawPredictionCol="r"),
        va(inputCols=["cluster", "p", "si", "a"], outputCol="more"),
        R.DecisionTreeRegressor(labelCol="y", featuresCol="more",
                                maxDepth=3),
        F.IndexToString(inputCol="si", outputCol="again"))


# Which columns the vector of a single stage is made of, and how.
def vector_of(name, row):
    v = dict(zip(NAMES, row))
    values = [v["a"], v["b"], v["n"], v["d"]]
    if None in values:
        return None
    if name in ("v_bayes_multinomial", "v_bayes_complement"):
        if row[0] < FITTED or row[0] % 3:
            values = [abs(x) for x in values]
    if name == "v_bayes_bernoulli":
        if row[0] < FITTED or row[0] % 3:
            values = [1.0 if x > 0 else 0.0 for x in values]
    if name.startswith("v_") and name in ("v_gamma", "v_poisson",
                                          "v_cloglog"):
        values = [x / 10 for x in values]
    return Vectors.dense(values)


def number(x):
    if x is None or isinstance(x, (str, bool)):
        return x
    if isinstance(x, int):
        return x
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "Infinity" if x > 0 else "-Infinity"
    return x


def write_lines(path, dicts):
    with open(path, "w", encoding="utf-8") as f:
        for d in dicts:
            f.write(json.dumps(d, separators=(",", ":"),
                               ensure_ascii=False) + "\n")


def frame(spark, name, rows):
    fields = [S.StructField(n, t) for n, t in COLUMNS]
    data = [list(r) for r in rows]
    if name.startswith("v_"):
        fields.append(S.StructField("features", VectorUDT()))
        for row in data:
            row.append(vector_of(name, row))
    return spark.createDataFrame(data, S.StructType(fields))


def predicted(model, df):
    out = model.transform(df)
    columns = out.columns
    found = {}
    for row in out.collect():
        d = {"fate": "scored"}
        for column, key in (("prediction", "prediction"),
                            ("guess", "guess"), ("eta", "eta"),
                            ("probability", "probability"),
                            ("rawPrediction", "raw")):
            if column not in columns:
                continue
            v = row[column]
            d[key] = [number(float(x)) for x in v.toArray()] \
                if hasattr(v, "toArray") else number(v)
        if "features" in columns and row["features"] is None:
            d["features"] = None
        found[row["id"]] = d
    return found


def reason(e):
    text = [l.strip() for l in str(e).splitlines()
            if "Exception" in l or "Error" in l]
    return text[-1][:150] if text else str(e)[:150]


def ask(spark, name, model, rows):
    """Rows that Spark refuses are found by halving."""
    try:
        return predicted(model, frame(spark, name, rows))
    except Exception as e:  # pylint: disable=broad-except
        if len(rows) == 1:
            return {rows[0][0]: {"fate": "bad", "why": reason(e)}}
    half = len(rows) // 2
    return {**ask(spark, name, model, rows[:half]),
            **ask(spark, name, model, rows[half:])}


def expect(spark, name, model, rows):
    """What becomes of each row."""
    found = predicted(model, frame(spark, name, rows[:FITTED]))
    found.update(ask(spark, name, model, rows[FITTED:]))
    lines = []
    for row in rows:
        d = {"id": row[0]}
        d.update(found.get(row[0], {"fate": "skip"}))
        if name.startswith("v_"):
            v = vector_of(name, row)
            d["features"] = None if v is None else \
                [number(float(x)) for x in v]
        lines.append(d)
    return lines


def rewrite(spark, path, change):
    """The node table of a saved tree, its rows changed one by one."""
    data = os.path.join(path, "data")
    table = spark.read.parquet(data)
    rows = [r.asDict(recursive=True) for r in table.orderBy("id").collect()]
    rows = change(rows)
    shutil.rmtree(data)
    spark.createDataFrame(rows, table.schema).coalesce(1) \
        .write.parquet(data)
    thin(path)


def put(node, name, value):
    def change(rows):
        split = rows[node]["split"]
        (split if name in split else rows[node])[name] = value
        return rows
    return change


def chain_of(levels):
    """Every left child a leaf, every right child the next node."""
    def change(rows):
        leaf = next(r for r in rows if r["leftChild"] == -1)
        test = next(r for r in rows if r["split"]["numCategories"] == -1
                    and r["leftChild"] != -1)
        made = []
        for k in range(levels):
            made.append({**test, "id": 2 * k, "leftChild": 2 * k + 1,
                         "rightChild": 2 * k + 2})
            made.append({**leaf, "id": 2 * k + 1})
        made.append({**leaf, "id": 2 * levels})
        return made
    return change


def break_trees(spark, folder):
    """broken/NAME: what no tree may be, in files that are whole."""
    source = os.path.join(folder, "tree_plain")
    for name, change in (
            ("cycle", put(1, "leftChild", 0)),
            ("shared", put(0, "rightChild", 1)),
            ("outside", put(0, "rightChild", 1000000)),
            ("one_child", put(0, "leftChild", -1)),
            ("feature", put(0, "featureIndex", 99)),
            ("categories", put(0, "numCategories", 2147483647)),
            ("threshold", put(0, "leftCategoriesOrThreshold", [])),
            ("twice", put(2, "id", 1)),
            ("missing", lambda rows: rows[:1] + rows[2:]),
            ("empty", lambda rows: []),
            ("deep", chain_of(1500)), ("high", chain_of(200))):
        path = os.path.join(folder, "broken", name)
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(source, path)
        rewrite(spark, path, change)


def thin(folder):
    """Takes away what no reader of models needs."""
    for at, _, names in os.walk(folder):
        for n in names:
            if n.endswith(".crc") or n == "_SUCCESS":
                os.unlink(os.path.join(at, n))


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = sys.argv[1]
    only = sys.argv[2:]
    os.makedirs(folder, exist_ok=True)
    spark = SparkSession.builder.master("local[1]") \
        .config("spark.ui.enabled", "false") \
        .config("spark.sql.shuffle.partitions", "1") \
        .config("spark.default.parallelism", "1") \
        .config("spark.sql.session.timeZone", "UTC").getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    rows = rows_of()
    write_lines(os.path.join(folder, "..", "rows.ndjson"),
                [dict(zip(NAMES, map(number, r))) for r in rows])
    for name, estimator in models():
        if only and name not in only:
            continue
        path = os.path.join(folder, name)
        shutil.rmtree(path, ignore_errors=True)
        model = estimator.fit(frame(spark, name, rows[:FITTED]))
        model.write().overwrite().save(path)
        thin(path)
        write_lines(path + ".ndjson", expect(spark, name, model, rows))
        print(name, flush=True)
    if not only or "broken" in only:
        tree = R.DecisionTreeRegressor(labelCol="y", maxDepth=2, seed=1) \
            .fit(frame(spark, "v_linear", rows[:FITTED]))
        path = os.path.join(folder, "tree_plain")
        tree.write().overwrite().save(path)
        thin(path)
        break_trees(spark, folder)
    spark.stop()


if __name__ == "__main__":
    main()
