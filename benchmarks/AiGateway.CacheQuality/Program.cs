using AiGateway.CacheQuality;
using AiGateway.CacheQuality.Questions;
using AiGateway.CacheQuality.Reports;

if (args is [] or ["help"] or ["--help"])
{
    Console.WriteLine(QualityArguments.Usage);
    return 0;
}
try
{
    var arguments = QualityArguments.Parse(args);
    var workload = arguments.Pairs is { } pairs ? WorkloadReader.ReadPairs(pairs) : WorkloadReader.ReadStream(arguments.Stream!);
    var embedded = new EmbeddedWorkload(workload, EmbedderFolder.Load(arguments.Embedder));
    var report = new QualityRun(embedded, arguments).Run();
    if (arguments.Json)
    {
        using var output = Console.OpenStandardOutput();
        JsonReport.Write(report, output);
        Console.WriteLine();
    }
    else
    {
        TableReport.Write(report, Console.Out);
    }
    return 0;
}
catch (InvalidInputException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
