using System.CommandLine;
using System.Globalization;
using Worker.Bench;
using Worker.Bench.Delivery;
using Worker.Bench.Quality;
using Worker.Terminal;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// 'worker bench' has the benchmarks that any user can run; those here need the labelled data next to the checkout.
var root = new RootCommand(
    "Benchmarks on the public data sets next to the checkout; 'eng/worker bench' has those that need no data.")
{
    TokenizerBench.Create(),
    LabelsBench.Create(),
    Worker.Bench.Quality.BandsBench.Create(),
    DeliveryBench.Create(),
    LoopBench.Create(),
    BesideBench.Create(),
    Worker.Bench.Anomaly.AnomalyBench.Create(),
    QualityBench.Create(),
    RareBench.Create(),
    ManyBench.Create(),
    EvidenceBench.Create(),
    DescribeBench.Create(),
    GroupsBench.Create(),
    ExclusiveBench.Create(),
    Worker.Bench.Refit.RefitBench.Create(),
    Worker.Bench.Storing.StoreBench.Create(),
    Worker.Bench.Merging.MergeBench.Create(),
    Worker.Bench.Repeats.RepeatsBench.Create(),
    Worker.Bench.Review.ReviewBench.Create(),
    Worker.Bench.Lengths.LengthsBench.Create(),
    Worker.Bench.Products.ProductsBench.Create(),
};
return await Failures.Guard(() =>
    root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }));
