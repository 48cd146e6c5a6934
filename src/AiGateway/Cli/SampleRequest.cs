using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Cli;

/// <summary>Makes the request that <c>explain</c> asks about: from a file, or a body that has what the options say.</summary>
internal static class SampleRequest
{
    /// <summary>The request, or what is wrong with the options.</summary>
    public static async Task<(GatewayRequest? Request, string? Problem)> MakeAsync(Options options, string model)
    {
        var name = options.Value("operation") ?? "chat_completions";
        if (!OperationNames.TryParse(name == "chat" ? "chat_completions" : name, out var operation))
        {
            return (null, $"Unknown operation '{name}'. Known: {string.Join(", ", OperationNames.All)}.");
        }
        byte[] bytes;
        if (options.Value("body") is { } file)
        {
            try
            {
                bytes = await File.ReadAllBytesAsync(file);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return (null, $"The body cannot be read: {exception.Message}");
            }
        }
        else
        {
            var tokens = 0;
            if (options.Value("tokens") is { } text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out tokens) || tokens > 10_000_000))
            {
                return (null, $"'--tokens {text}' is not a number of tokens.");
            }
            bytes = Encoding.UTF8.GetBytes(Body(options, model, operation, tokens).ToJsonString());
        }
        var problem = RequestScanner.Scan(operation, bytes, out var facts);
        if (problem is not null && options.Value("body") is not null)
        {
            return (null, $"The body is not a good request: {problem.Message}");
        }
        return (new GatewayRequest { Operation = operation, Model = model, Body = new MemoryBody(bytes), Facts = facts, ContentType = "application/json", Tags = [] }, null);
    }

    private static JsonObject Body(Options options, string model, Operation operation, int tokens)
    {
        var content = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = TextOf(tokens) });
        if (options.Has("images"))
        {
            content.Add(new JsonObject { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = "https://example.com/image.png" } });
        }
        var body = new JsonObject { ["model"] = model };
        switch (operation)
        {
            case Operation.ChatCompletions:
                body["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = content });
                break;
            case Operation.Completions:
                body["prompt"] = TextOf(tokens);
                break;
            case Operation.Rerank:
                body["query"] = TextOf(tokens);
                body["documents"] = new JsonArray("text");
                break;
            case Operation.ImageGenerations:
                body["prompt"] = TextOf(tokens);
                break;
            default:
                body["input"] = TextOf(tokens);
                break;
        }
        if (options.Has("stream"))
        {
            body["stream"] = true;
        }
        if (options.Value("user") is { } user)
        {
            body["user"] = user;
        }
        if (options.Has("tools"))
        {
            body["tools"] = new JsonArray(new JsonObject { ["type"] = "function", ["function"] = new JsonObject { ["name"] = "f" } });
        }
        if (options.Has("json-schema"))
        {
            body["response_format"] = new JsonObject { ["type"] = "json_schema", ["json_schema"] = new JsonObject { ["name"] = "s", ["schema"] = new JsonObject() } };
        }
        return body;
    }

    /// <summary>A text of about <paramref name="tokens"/> tokens by our own estimate; a short word and its blank are one.</summary>
    private static string TextOf(int tokens) => string.Join(' ', Enumerable.Repeat("the", Math.Max(1, tokens)));
}
