"""sparkscore - Parquet scored by PySpark's transform on one core.

usage: sparkscore.py --prepare FILE.csv FOLDER		the data as Parquet
       sparkscore.py --train FILE.csv FOLDER		a forest, saved
       sparkscore.py KIND MODEL FOLDER [--csv | --twice]

KIND is forest, whose MODEL is a saved PipelineModel, or linear, logistic or
kmeans: models of spark.ml, given the numbers of a model that sscore learned.
The result goes nowhere (noop), or (--csv) as lines to standard output.  What
the transformation used of the CPU, without the start of Spark, is told on
standard error; --twice does it again, when the JVM is warm.
"""
import glob
import json
import os
import shutil
import sys
import tempfile

from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.classification import LogisticRegressionModel
from pyspark.ml.clustering import KMeansModel
from pyspark.ml.common import _py2java
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.functions import vector_to_array
from pyspark.ml.linalg import DenseVector
from pyspark.ml.regression import LinearRegressionModel, RandomForestRegressor
from pyspark.sql import SparkSession

TRAINING_ROWS = 20000


def session():
    spark = SparkSession.builder.master("local[1]").config(
        "spark.ui.enabled", "false").config(
            "spark.ui.showConsoleProgress", "false").config(
            "spark.driver.memory", "2g").config(
                "spark.driver.host", "127.0.0.1").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def cpu_of(spark):
    """CPU seconds of the JVM and of this process."""
    path = "/proc/%d/stat" % spark.sparkContext._gateway.proc.pid
    with open(path, encoding="utf-8") as f:
        ticks = sum(map(int, f.read().rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK") + sum(os.times()[:2])


def read_csv(spark, path):
    with open(path, encoding="utf-8") as f:
        names = f.readline().strip().split(",")
    types = {"n": "bigint", "c": "bigint"}
    return spark.read.csv(path, header=True, schema=", ".join(
        "%s %s" % (n, types.get(n, "double")) for n in names))


def train(spark, path, folder):
    """The forest finds a function of all features that none has alone."""
    rows = read_csv(spark, path).limit(TRAINING_ROWS)
    names = [n for n in rows.columns if n != "n"]
    label = "+".join("%s * %s" % pair for pair in zip(names, names[1:]))
    rows = rows.selectExpr("*", label + " AS y")
    Pipeline(stages=[
        VectorAssembler(inputCols=names, outputCol="v"),
        RandomForestRegressor(featuresCol="v", labelCol="y", numTrees=100,
                              maxDepth=6, seed=1)]).fit(rows).write(
                                  ).overwrite().save(folder)


def learned(spark, kind, path):
    """The numbers of sscore's model as one of spark.ml, with an assembler."""
    with open(path, encoding="utf-8") as f:
        model = json.load(f)
    parts = model["parts"]
    jvm, names = spark._jvm.org.apache.spark, model["features"]
    if kind == "kmeans":
        d, c = len(names), parts["centers"]
        centers = spark._jvm.java.util.ArrayList()
        for i in range(0, len(c), d):
            centers.add(jvm.mllib.linalg.Vectors.fromML(
                _py2java(spark.sparkContext, DenseVector(c[i:i + d]))))
        made = KMeansModel(jvm.ml.clustering.KMeansModel(
            "kmeans", jvm.mllib.clustering.KMeansModel(centers)))
    else:
        w = _py2java(spark.sparkContext, DenseVector(parts["weights"][:-1]))
        room, python = {
            "linear": (jvm.ml.regression.LinearRegressionModel,
                       LinearRegressionModel),
            "logistic": (jvm.ml.classification.LogisticRegressionModel,
                         LogisticRegressionModel)}[kind]
        made = python(room(kind, w, float(parts["weights"][-1])))
    made.setFeaturesCol("v")
    return PipelineModel([
        VectorAssembler(inputCols=names, outputCol="v"), made])


def print_rows(rows, kind):
    rows = rows.withColumn("p", vector_to_array("probability")).selectExpr(
        "n", "prediction", "p[0]", "p[1]") if kind == "logistic" else \
        rows.select("n", "prediction")
    folder = tempfile.mkdtemp()
    try:
        rows.write.mode("overwrite").csv(folder)
        for path in sorted(glob.glob(folder + "/part-*.csv")):
            with open(path, encoding="utf-8") as f:
                shutil.copyfileobj(f, sys.stdout)
    finally:
        shutil.rmtree(folder)


def main(kind, path, data, how=""):
    spark = session()
    if kind == "--prepare":
        read_csv(spark, path).write.parquet(data)
        return
    if kind == "--train":
        train(spark, path, data)
        return
    model = PipelineModel.load(path) if kind == "forest" else \
        learned(spark, kind, path)
    rows = model.transform(spark.read.parquet(data)).drop("v")
    if how == "--csv":
        print_rows(rows, kind)
        return
    for time in ("first", "second") if how else ("first",):
        begin = cpu_of(spark)
        rows.write.format("noop").mode("overwrite").save()
        print("part %s transformation %.6f" % (time, cpu_of(spark) - begin),
              file=sys.stderr)


main(*sys.argv[1:])
