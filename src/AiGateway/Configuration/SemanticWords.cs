namespace AiGateway.Configuration;

/// <summary>The words of the file's sections about questions that mean the same.</summary>
internal static class SemanticWords
{
    /// <summary>Nothing is compared.</summary>
    public const string Off = "off";

    /// <summary>Decides and measures, serves nothing.</summary>
    public const string Shadow = "shadow";

    /// <summary>Serves.</summary>
    public const string On = "on";

    /// <summary>The carried sentence encoder.</summary>
    public const string Sentence = "sentence";

    /// <summary>The carried static model.</summary>
    public const string Static = "static";

    /// <summary>Questions in the process's own memory.</summary>
    public const string Memory = "memory";

    /// <summary>Questions in Redis, for all nodes.</summary>
    public const string Redis = "redis";

    /// <summary>All places of questions.</summary>
    public static IReadOnlyList<string> Indexes { get; } = [Memory, Redis];

    /// <summary>All modes.</summary>
    public static IReadOnlyList<string> Modes { get; } = [Off, Shadow, On];

    /// <summary>All judges.</summary>
    public static IReadOnlyList<string> Judges { get; } = ["built_in"];

    /// <summary>The files that a model's folder must have.</summary>
    public static IReadOnlyList<string> ModelFiles { get; } = ["config.json", "tokenizer.json", "model.safetensors"];

    /// <summary>The folder of an embedder: carried ones lie beside the program.</summary>
    public static string FolderOf(string embedder) => embedder switch
    {
        Sentence => Path.Combine(AppContext.BaseDirectory, "config", "models", "sentence-384"),
        Static => Path.Combine(AppContext.BaseDirectory, "config", "models", "static-256"),
        _ => embedder,
    };
}
