using AiGateway.Semantics.Embedding;

namespace AiGateway.CacheQuality;

/// <summary>Finds the embedder that the command line names.</summary>
internal static class EmbedderFolder
{
    private const string Models = "config/models";

    /// <exception cref="InvalidInputException">There is no such model, or it cannot be read.</exception>
    internal static EmbeddingModel Load(string name)
    {
        var folder = name switch
        {
            "sentence" => Carried("sentence-384"),
            "static" => Carried("static-256"),
            _ => name,
        };
        try
        {
            // As the gateway loads it: texts that are too long are not compared.
            return EmbeddingModel.Load(folder, new EmbeddingModelOptions { OverLength = OverLength.Skip });
        }
        catch (EmbeddingModelException e)
        {
            throw new InvalidInputException($"--embedder: {e.Message}", e);
        }
    }

    /// <summary>Looks upwards from the working directory, then from the program, so that it runs from anywhere in the repository.</summary>
    private static string Carried(string model)
    {
        foreach (var start in (string[])[Directory.GetCurrentDirectory(), AppContext.BaseDirectory])
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
                if (Path.Combine(folder.FullName, Models, model) is var path && Directory.Exists(path))
                    return path;
        throw new InvalidInputException($"--embedder: {Models}/{model} is neither above the working directory nor above the program; give a folder.");
    }
}
