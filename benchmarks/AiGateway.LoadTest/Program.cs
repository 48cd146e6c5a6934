using System.Globalization;
using AiGateway.LoadTest;
using AiGateway.LoadTest.Reporting;
using AiGateway.LoadTest.Scenarios;
using AiGateway.LoadTest.Servers;
using AiGateway.LoadTest.Targets;

if (args.Length == 0 || args[0] is "help" or "--help" or "-h")
{
    Console.WriteLine(LoadTestOptions.Usage);
    return args.Length == 0 ? 2 : 0;
}

// Server modes: this tool starts itself in them.
string Value(string option) => args[Array.IndexOf(args, option) + 1];
switch (args[0])
{
    case "serve-yarp":
        await YarpServer.RunAsync(Value("--listen"), Value("--upstream"));
        return 0;
    case "serve-answer":
        await AnswerServer.RunAsync(Value("--listen"));
        return 0;
    case "serve-dialects":
        await DialectServer.RunAsync(Value("--listen"));
        return 0;
    case "serve-sse":
        await EventServer.RunAsync(Value("--listen"), int.Parse(Value("--events"), CultureInfo.InvariantCulture), TimeSpan.FromMilliseconds(int.Parse(Value("--interval"), CultureInfo.InvariantCulture)));
        return 0;
    default:
        break;
}

LoadTestOptions options;
try
{
    options = LoadTestOptions.Parse(args);
}
catch (FormatException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}

IScenario[] all = [new ChatScenario(), new SizeScenario(), new OpenLoopScenario(), new StreamScenario(), new FirstTokenScenario(), new CacheScenario(), new SemanticScenario(), new StartupScenario()];
var chosen = all.Where(s => options.Scenario == "all" || s.Name == options.Scenario).ToList();
if (chosen.Count == 0)
{
    Console.Error.WriteLine($"Unknown scenario '{options.Scenario}'. Known: {string.Join(", ", all.Select(s => s.Name))}, all.");
    return 2;
}
if (options.GatewayCommand is null && !File.Exists(options.GatewayPath))
{
    Console.Error.WriteLine($"{options.GatewayPath} is missing. Build it with: dotnet build -c Release src/AiGateway");
    return 2;
}
if (chosen.Any(s => s is CacheScenario or SemanticScenario) && !File.Exists(options.SimulatorPath))
{
    Console.Error.WriteLine($"{options.SimulatorPath} is missing. Build it with: dotnet build -c Release src/AiGateway.Simulator");
    return 2;
}

var startedAt = TimeProvider.System.GetUtcNow();
var workFolder = Directory.CreateTempSubdirectory("aigateway-load-");
try
{
    var context = new ScenarioContext(options, new TargetStarter(options, workFolder.FullName), Budgets.Read());
    var report = new Report(options, "AiGateway.LoadTest " + string.Join(' ', args), startedAt);
    var results = new List<ScenarioResult>();
    foreach (var scenario in chosen)
    {
        Console.Error.WriteLine(scenario.Name);
        results.Add(await scenario.RunAsync(context));
    }
    Console.WriteLine(report.Write(results));
    var isWrong = results.Any(r => r.Failures.Count > 0);
    var isOver = options.Enforce && results.Any(r => r.Verdicts.Any(v => !v.Met));
    return isWrong || isOver ? 1 : 0;
}
finally
{
    workFolder.Delete(recursive: true);
}
