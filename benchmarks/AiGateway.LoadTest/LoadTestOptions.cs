using System.Globalization;
using AiGateway.LoadTest.Http;

namespace AiGateway.LoadTest;

/// <summary>What the command line asks for.</summary>
internal sealed class LoadTestOptions
{
    public const string Usage = """
        Usage: AiGateway.LoadTest SCENARIO [options]

        Scenarios
          chat        CPU per request and throughput at full load: direct, plain YARP, gateway
          size        CPU per request by prompt size (1 to 300 KB): slope in us per KB
          open-loop   latency added at a fixed rate
          streams     many open SSE streams: every event, in order, its added delay; memory per stream
          first-token time to the first event: translated streams against the pass of bytes
          cache       exact hits: throughput and CPU beside misses through the simulator, latency at a fixed rate
          semantic    looks by meaning among many questions, alone and beside other requests
          startup     time from process start to ready; idle memory
          all         all of them, in one report

        Options (defaults in brackets)
          --seconds N          length of a measured window [5]
          --rounds N           alternating rounds [5]
          --warmup N           unmeasured seconds of load on each target first [6]
          --connections N      connections of the closed loop [64]
          --rate N             requests/s of the open loop [1000]
          --streams N          open streams [2000]
          --events N           events per stream, 5 a second [100]
          --entries N          questions in the index that looks are among [10000]
          --looks N            looks by meaning a second [50]
          --simulator PATH     AiGateway.Simulator.dll [src/AiGateway.Simulator/bin/Release/net10.0/AiGateway.Simulator.dll]
          --gateway PATH       AiGateway.dll [src/AiGateway/bin/Release/net10.0/AiGateway.dll]
          --gateway-command C  another command in its place; {config}, {listen} and {upstream} are filled in
          --gateway-env K=V    environment of the gateway; may be repeated
          --variant-env K=V    measures the gateway a second time with this environment too; may be repeated
          --variant-config F   and with this file's text added to its routing file
          --health-path P      path that answers 200 when the gateway is ready [/healthz]
          --reference          measures nginx as a plain proxy too
          --name NAME          name of the report [the scenario]
          --output FILE        report, .md; the same in .json beside it [benchmarks/results/DATE-NAME.md]; - for none
          --enforce            exit code 1 also when a time or memory budget is exceeded

        Exit code: 0; 1 when an answer was wrong, an event lost or out of order (or, with --enforce, a budget exceeded); 2 on wrong use.
        """;

    /// <summary>Repository root: the nearest folder above the program that holds the solution, else the current folder.</summary>
    public static string Root { get; } = FindRoot();

    public string Scenario { get; private set; } = "";

    public TimeSpan Window { get; private set; } = TimeSpan.FromSeconds(5);

    public int Rounds { get; private set; } = 5;

    public TimeSpan Warmup { get; private set; } = TimeSpan.FromSeconds(6);

    public int Connections { get; private set; } = 64;

    public double Rate { get; private set; } = 1000;

    public int Streams { get; private set; } = 2000;

    public int Events { get; private set; } = 100;

    public int Entries { get; private set; } = 10_000;

    public double Looks { get; private set; } = 50;

    public string SimulatorPath { get; private set; } = Path.Combine(Root, "src/AiGateway.Simulator/bin/Release/net10.0/AiGateway.Simulator.dll");

    public string GatewayPath { get; private set; } = Path.Combine(Root, "src/AiGateway/bin/Release/net10.0/AiGateway.dll");

    public string? GatewayCommand { get; private set; }

    public Dictionary<string, string> GatewayEnvironment { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> VariantEnvironment { get; } = new(StringComparer.Ordinal);

    /// <summary>Text that the variant's routing file has beside that of the gateway; empty for none.</summary>
    public string VariantConfiguration { get; private set; } = "";

    /// <summary>Whether the gateway is measured a second time.</summary>
    public bool HasVariant => VariantEnvironment.Count > 0 || VariantConfiguration.Length > 0;

    public string HealthPath { get; private set; } = "/healthz";

    public bool Reference { get; private set; }

    public string? Name { get; private set; }

    public string? Output { get; private set; }

    public bool Enforce { get; private set; }

    /// <summary>Reads the command line.</summary>
    /// <exception cref="FormatException">An unknown option, or a value that cannot be read.</exception>
    public static LoadTestOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new LoadTestOptions { Scenario = arguments[0] };
        for (var i = 1; i < arguments.Count; i++)
        {
            var option = arguments[i];
            string Next() => ++i < arguments.Count ? arguments[i] : throw new FormatException($"{option} needs a value.");
            options.Set(option, Next);
        }
        return options;
    }

    private void Set(string option, Func<string> next)
    {
        switch (option)
        {
            case "--seconds": Window = Seconds(next()); break;
            case "--rounds": Rounds = Number(next()); break;
            case "--warmup": Warmup = Seconds(next()); break;
            case "--connections": Connections = Number(next()); break;
            case "--rate": Rate = Number(next()); break;
            case "--streams": Streams = Number(next()); break;
            case "--events": Events = Number(next()); break;
            case "--entries": Entries = Within(Number(next()), Questions.Count, option); break;
            case "--looks": Looks = Number(next()); break;
            case "--simulator": SimulatorPath = Path.GetFullPath(next()); break;
            case "--gateway": GatewayPath = Path.GetFullPath(next()); break;
            case "--gateway-command": GatewayCommand = next(); break;
            case "--gateway-env": Add(GatewayEnvironment, next()); break;
            case "--variant-env": Add(VariantEnvironment, next()); break;
            case "--variant-config": VariantConfiguration = File.ReadAllText(next()); break;
            case "--health-path": HealthPath = next(); break;
            case "--reference": Reference = true; break;
            case "--name": Name = next(); break;
            case "--output": Output = next(); break;
            case "--enforce": Enforce = true; break;
            default: throw new FormatException($"Unknown option '{option}'.");
        }
    }

    private static TimeSpan Seconds(string value) => TimeSpan.FromSeconds(double.Parse(value, CultureInfo.InvariantCulture));

    private static int Number(string value) => int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);

    private static int Within(int value, int most, string option) =>
        value <= most ? value : throw new FormatException($"{option} {value}: at most {most}.");

    private static void Add(Dictionary<string, string> environment, string pair)
    {
        var at = pair.IndexOf('=', StringComparison.Ordinal);
        if (at <= 0)
        {
            throw new FormatException($"'{pair}' is not NAME=VALUE.");
        }
        environment[pair[..at]] = pair[(at + 1)..];
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "AiGateway.sln")))
            {
                return folder.FullName;
            }
        }
        return Environment.CurrentDirectory;
    }
}
