using System.Text.Json;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;

namespace AiGateway.FunctionalTests.Recorded.Matrix;

/// <summary>Compares errors: status, the provider's words, and the form of the client's dialect.</summary>
internal static class MatrixErrors
{
    /// <summary>An answer whose status says that it is an error.</summary>
    public static void Compare(MatrixResult result, ReceivedAnswer answer)
    {
        var exchange = result.Exchange;
        var source = ChatCodecs.Of(MatrixSelection.SourceOf(exchange)!.Value);
        var recorded = source.ReadError(exchange.Status, exchange.ResponseBody);
        var error = ErrorOf(result, answer.Body);
        // Keys and deployments are the operator's: what is wrong with them is not the caller's to see.
        var isOperators = exchange.Status is 401 or 403 or 404;
        var status = isOperators ? 502 : exchange.Status;
        result.Check("error status", answer.Status == status, $"{exchange.Status} became {answer.Status}: {MatrixComparison.Clip(answer.Text)}");
        // The gateway sees by itself what some providers refuse, and says it in its own words.
        if (!isOperators && exchange.Status < 429 && answer.Headers.ContainsKey("x-gateway-attempts"))
            result.Check("error message", Flat(error) == Flat(recorded.Message), $"'{recorded.Message}' became '{error}'");
    }

    /// <summary>An answer that fails after its status said 200: an error before the first content, else a stream that ends in one.</summary>
    public static void CompareBroken(MatrixResult result, ReceivedAnswer answer)
    {
        if (answer.Status >= 400)
        {
            result.Check("error status", answer.Status == 502, $"{answer.Status}");
            ErrorOf(result, answer.Body);
            return;
        }
        var read = MatrixAnswer.Read(result.Client, answer.Body, isStream: true);
        result.Check("error event", read.HasError || MatrixSelection.Passes(result.Exchange, result.Client), MatrixComparison.Clip(answer.Text));
        result.Check("broken off", answer.IsBroken, "a clean end");
    }

    private static string ErrorOf(MatrixResult result, byte[] body)
    {
        var root = JsonDocument.Parse(body).RootElement;
        var error = root.GetProperty("error");
        var isShaped = result.Client switch
        {
            Dialect.Anthropic => root.GetProperty("type").GetString() == "error" && error.GetProperty("type").GetString() is { Length: > 0 },
            Dialect.Gemini => error.GetProperty("code").GetInt32() >= 400 && error.GetProperty("status").GetString() is { Length: > 0 },
            _ => error.GetProperty("type").GetString() is { Length: > 0 } && error.TryGetProperty("code", out _) && error.TryGetProperty("param", out _),
        };
        result.Check("error form", isShaped, root.GetRawText());
        return error.GetProperty("message").GetString() ?? "";
    }

    private static string Flat(string text) => text.ReplaceLineEndings(" ").Trim();
}
