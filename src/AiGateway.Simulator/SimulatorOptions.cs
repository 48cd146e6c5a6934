namespace AiGateway.Simulator;

/// <summary>How a simulated provider behaves. Each has a command-line switch of the same meaning; see docs/features/simulator.md.</summary>
public sealed class SimulatorOptions
{
    /// <summary>Names this instance in <c>/__sim/stats</c>, the <c>x-sim-name</c> header and <c>system_fingerprint</c> (<c>--name</c>). Default <c>sim</c>.</summary>
    public string Name { get; set; } = "sim";

    /// <summary>Where to listen (<c>--urls</c>), several separated by <c>;</c>. Port 0 takes a free one: read <c>WebApplication.Urls</c> after the start. Default <c>http://127.0.0.1:9001</c>.</summary>
    public string Urls { get; set; } = "http://127.0.0.1:9001";

    /// <summary>Wait before the response headers of every answer (<c>--latency</c>, in milliseconds). Default none.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>Wait between the headers and the first event of a stream (<c>--first-token</c>, in milliseconds). Default none.</summary>
    public TimeSpan TimeToFirstToken { get; set; }

    /// <summary>Events a second of a stream (<c>--tokens-per-second</c>); 0, the default, sends as fast as the connection takes.</summary>
    public double TokensPerSecond { get; set; }

    /// <summary>The only key accepted, as <c>Authorization: Bearer</c> or <c>api-key</c> (<c>--api-key</c>); null, the default, accepts any and none.</summary>
    public string? RequiredApiKey { get; set; }

    /// <summary>Changes ids, chosen words and which requests a <c>share</c> of faults strikes (<c>--seed</c>). Default 1.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>Whether answers carry usage (<c>--usage</c>). Default true; false is a provider that reports none.</summary>
    public bool ReportUsage { get; set; } = true;

    /// <summary>Tokens of a text answer, exactly (<c>--tokens</c>); 0, the default, gives about 32 to 64 (more after a long question), chosen by the request.</summary>
    public int AnswerTokens { get; set; }

    /// <summary>The fault in force from the start (<c>--fault</c>), in the syntax of docs/features/simulator.md; null, the default, is none.</summary>
    public string? Fault { get; set; }

    /// <summary>Whether <c>GET /__sim/last</c> has something to show (<c>--keep-last</c>). Default true; a load test turns it off.</summary>
    public bool KeepLastRequest { get; set; } = true;

    /// <summary>Largest request body in bytes, above which the answer is 413 (<c>--max-body</c>). Default 128 MiB.</summary>
    public long MaxRequestBytes { get; set; } = 128L * 1024 * 1024;

    /// <summary>How many looks at a batch find it under way (<c>--batch-polls</c>); the next finds it done. Default 1.</summary>
    public int BatchPolls { get; set; } = 1;

    /// <summary>Whether a batch says what it consumed as a whole (<c>--batch-usage</c>), as OpenAI's do since September 2025 and Azure's do not. Default true.</summary>
    public bool BatchUsage { get; set; } = true;

    /// <summary>How many stored responses, and how many files, are kept; the oldest go first. Default 1,000.</summary>
    public int MaxStoredResponses { get; set; } = 1000;

    /// <summary>True when the simulator is a process of its own and stops on SIGTERM and SIGINT. Default false: whoever embeds it stops it, after its own drain.</summary>
    public bool OwnProcess { get; set; }

    /// <summary>The clock of waits and of <c>created</c>. Default the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
