using System.Text;
using System.Text.Json;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Recorded;

/// <summary>Makes of a recorded answer one of a provider that reports no usage.</summary>
internal static class UsageStripper
{
    private const string Prefix = "without-usage.";

    /// <summary>The id of the stripped exchange.</summary>
    public static string IdOf(string id) => Prefix + id;

    /// <summary>The exchange under another id, without usage in its answer.</summary>
    public static RecordedExchange Strip(RecordedExchange exchange)
    {
        if (!exchange.AnswerIsStream)
            return exchange with { Id = IdOf(exchange.Id), ResponseBody = Encoding.UTF8.GetBytes(WithoutUsage(Encoding.UTF8.GetString(exchange.ResponseBody))) };
        var lines = Encoding.UTF8.GetString(exchange.ResponseBody).Split('\n')
            .Select(line => line.StartsWith("data: {", StringComparison.Ordinal) ? "data: " + WithoutUsage(line[6..]) : line);
        return exchange with { Id = IdOf(exchange.Id), ResponseBody = Encoding.UTF8.GetBytes(string.Join('\n', lines)) };
    }

    private static string WithoutUsage(string json)
    {
        var root = JsonDocument.Parse(json).RootElement;
        return root.ValueKind != JsonValueKind.Object ? json
            : "{" + string.Join(',', root.EnumerateObject().Where(member => member.Name is not ("usage" or "x_groq")).Select(member => $"{JsonSerializer.Serialize(member.Name)}:{member.Value.GetRawText()}")) + "}";
    }
}
