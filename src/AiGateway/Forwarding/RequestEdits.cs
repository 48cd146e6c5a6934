using System.Text;
using System.Text.Json;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Forwarding;

/// <summary>The edits that a request body gets on its way to a deployment: a closed list, kept in docs/features/pass-through.md.</summary>
internal static class RequestEdits
{
    private static readonly byte[] StreamOptions = "\"stream_options\":{\"include_usage\":true}"u8.ToArray();
    private static readonly byte[] StreamOptionsValue = """{"include_usage":true}"""u8.ToArray();
    private static readonly byte[] IncludeUsage = "\"include_usage\":true"u8.ToArray();
    private static readonly byte[] True = "true"u8.ToArray();

    /// <summary>The edits for one attempt, in order.</summary>
    public static ReadOnlyMemory<BodyEdit> For(GatewayRequest request, DeploymentModel deployment, string upstreamModel)
    {
        if (request.Objects is { } objects)
        {
            return ForObject(objects, request.StoredObject, deployment, upstreamModel);
        }
        var facts = request.Facts;
        var body = request.Body!;
        var edits = new BodyEdit[3 + request.Files.Count];
        var count = 0;

        var isForm = facts.InsertAt < 0;
        if (isForm)
        {
            if (facts.ModelValue.Exists)
            {
                edits[count++] = BodyEdit.Replace(facts.ModelValue, Encoding.UTF8.GetBytes(upstreamModel));
            }
        }
        else
        {
            var model = deployment.UpstreamModelJson.IsEmpty ? JsonString(upstreamModel) : deployment.UpstreamModelJson;
            if (request.Operation == Operation.GenerateContent)
            {
                // Gemini has the model in the path.
            }
            else if (request is { Operation: Operation.CountTokens, Form: CallerForm.Gemini })
            {
                // In the path too, and once more where a whole request is counted.
                if (facts.ModelValue.Exists)
                {
                    edits[count++] = BodyEdit.Replace(facts.ModelValue, JsonString("models/" + upstreamModel));
                }
            }
            else if (!facts.ModelValue.Exists)
            {
                edits[count++] = Insert(facts.InsertAt, [.. "\"model\":"u8, .. model.Span], facts.IsEmptyObject);
            }
            else if (!facts.ModelValue.Of(body.Memory.Span).SequenceEqual(model.Span))
            {
                edits[count++] = BodyEdit.Replace(facts.ModelValue, model);
            }
            if (AsksForUsage(request, deployment))
            {
                edits[count++] = UsageOption(request);
            }
            if (request.StoredObject is { } previous && facts.PreviousResponseIdValue.Exists)
            {
                edits[count++] = BodyEdit.Replace(facts.PreviousResponseIdValue, JsonString(previous.UpstreamId));
            }
            for (var i = 0; i < request.Files.Count; i++)
            {
                edits[count++] = BodyEdit.Replace(request.Files[i].Range, JsonString(request.Files[i].File.UpstreamId));
            }
        }

        if (count > 1)
        {
            edits.AsSpan(0, count).Sort(static (a, b) => a.Start.CompareTo(b.Start));
        }
        return edits.AsMemory(0, count);
    }

    /// <summary>The edits of an upload or of a batch: the model of each request in it, the id of the file, and the gateway's own fields.</summary>
    private static BodyEdit[] ForObject(ObjectRequest asked, StoredObject? file, DeploymentModel deployment, string upstreamModel)
    {
        var model = deployment.UpstreamModelJson.IsEmpty ? JsonString(upstreamModel) : deployment.UpstreamModelJson;
        var edits = new List<BodyEdit>(asked.Models.Count + asked.Removed.Count + 1);
        foreach (var range in asked.Models)
        {
            edits.Add(BodyEdit.Replace(range, model));
        }
        foreach (var range in asked.Removed)
        {
            edits.Add(BodyEdit.Replace(range, default));
        }
        if (asked.InputFile.Exists)
        {
            edits.Add(BodyEdit.Replace(asked.InputFile, JsonString(file!.UpstreamId)));
        }
        edits.Sort(static (a, b) => a.Start.CompareTo(b.Start));
        return [.. edits];
    }

    /// <summary>Whether the gateway asks for usage in a stream where the caller did not.</summary>
    public static bool AsksForUsage(GatewayRequest request, DeploymentModel deployment) =>
        request.Facts.Stream && !request.Facts.IncludeUsage
        && request.Operation is (Operation.ChatCompletions or Operation.Completions)
        && deployment.Provider.Preset.StreamUsageOption;

    private static BodyEdit UsageOption(GatewayRequest request)
    {
        var facts = request.Facts;
        if (facts.IncludeUsageValue.Exists)
        {
            return BodyEdit.Replace(facts.IncludeUsageValue, True);
        }
        if (!facts.StreamOptionsValue.Exists)
        {
            return Insert(facts.InsertAt, StreamOptions, facts.IsEmptyObject);
        }
        var value = facts.StreamOptionsValue.Of(request.Body!.Memory.Span);
        if (value[0] != (byte)'{')
        {
            return BodyEdit.Replace(facts.StreamOptionsValue, StreamOptionsValue);
        }
        return Insert(facts.StreamOptionsValue.Start + 1, IncludeUsage, value[1..].TrimStart(" \t\r\n"u8).StartsWith("}"u8));
    }

    private static BodyEdit Insert(long at, byte[] member, bool isOnly) => new(at, 0, isOnly ? member : [.. member, (byte)',']);

    /// <summary>A text as a JSON string with its quotes.</summary>
    public static ReadOnlyMemory<byte> JsonString(string value) => JsonSerializer.SerializeToUtf8Bytes(value, JsonStringContext.Default.String);
}
