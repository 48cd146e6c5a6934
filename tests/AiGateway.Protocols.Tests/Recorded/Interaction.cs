using System.Text;
using System.Text.Json;
using AiGateway.TestKit;

namespace AiGateway.Protocols.Tests.Recorded;

/// <summary>One recorded exchange with a provider that speaks OpenAI's dialect.</summary>
internal sealed record Interaction(string Id, string Provider, string Endpoint, Operation Operation, JsonElement Json)
{
    private static readonly string[] Providers =
    [
        "openai", "azure-openai", "groq", "mistral", "deepseek", "openrouter", "huggingface", "vllm", "zai", "cerebras", "together",
        "crusoe", "heroku", "snowflake", "bedrock-mantle", "google-gemini", "ollama", "pydantic-gateway",
    ];

    private static readonly Dictionary<string, Operation> Operations = new(StringComparer.Ordinal)
    {
        ["chat.completions"] = Operation.ChatCompletions,
        ["completions"] = Operation.Completions,
        ["responses"] = Operation.Responses,
        ["responses.retrieve"] = Operation.StoredResponse,
        ["embeddings"] = Operation.Embeddings,
        ["images.generations"] = Operation.ImageGenerations,
        ["audio.transcriptions"] = Operation.Transcriptions,
        ["audio.translations"] = Operation.Translations,
    };

    private static readonly Lazy<IReadOnlyList<Interaction>> Loaded = new(Load);

    /// <summary>All of them; the test is skipped where the recordings are not at hand.</summary>
    public static IReadOnlyList<Interaction> All()
    {
        RecordedTraffic.FolderOrSkip();
        return Loaded.Value;
    }

    /// <summary>Those of the named files (<c>PROVIDER.ENDPOINT</c>), of any dialect; the test is skipped where the recordings are not at hand.</summary>
    public static IEnumerable<Interaction> Of(params string[] files)
    {
        return files.SelectMany(static file => LoadFrom(file + ".jsonl"));
    }

    public static Interaction ById(string id)
    {
        All();
        return LoadFrom(id[..id.LastIndexOf('.')] + ".jsonl").Single(i => i.Id == id);
    }

    /// <summary>All of one file, whatever its dialect; the test is skipped where the recordings are not at hand.</summary>
    public static IReadOnlyList<Interaction> In(string file)
    {
        All();
        return [.. LoadFrom(file)];
    }

    public int Status => Json.GetProperty("response").GetProperty("status").GetInt32();

    public bool IsError => Status >= 400;

    /// <summary>True when the answer is a stream.</summary>
    public bool IsStream => !IsError && Json.GetProperty("response").TryGetProperty("body_text", out var text)
        && (text.GetString()!.Contains("data:", StringComparison.Ordinal));

    public byte[] RequestBody => Json.GetProperty("request").TryGetProperty("body", out var body) && body.ValueKind == JsonValueKind.Object
        ? Encoding.UTF8.GetBytes(body.GetRawText())
        : [];

    public byte[] ResponseBody
    {
        get
        {
            var response = Json.GetProperty("response");
            return Encoding.UTF8.GetBytes(response.TryGetProperty("body_text", out var text) ? text.GetString()! : response.GetProperty("body").GetRawText());
        }
    }

    public bool Has(string feature) => Json.GetProperty("features").EnumerateArray().Any(f => f.GetString() == feature);

    private static List<Interaction> Load()
    {
        var interactions = new List<Interaction>();
        foreach (var file in Directory.EnumerateFiles(RecordedTraffic.FolderOrSkip(), "*.jsonl").Order(StringComparer.Ordinal))
        {
            var (provider, endpoint) = Names(Path.GetFileName(file));
            if (Providers.Contains(provider) && Operations.ContainsKey(endpoint))
                interactions.AddRange(LoadFrom(Path.GetFileName(file)));
        }
        return interactions;
    }

    private static IEnumerable<Interaction> LoadFrom(string file)
    {
        var (provider, endpoint) = Names(file);
        foreach (var line in File.ReadLines(Path.Combine(RecordedTraffic.FolderOrSkip(), file)))
        {
            var json = JsonDocument.Parse(line).RootElement;
            yield return new Interaction(json.GetProperty("id").GetString()!, provider, endpoint, Operations.GetValueOrDefault(endpoint), json);
        }
    }

    private static (string Provider, string Endpoint) Names(string file)
    {
        var dot = file.IndexOf('.');
        return (file[..dot], file[(dot + 1)..^".jsonl".Length]);
    }
}
