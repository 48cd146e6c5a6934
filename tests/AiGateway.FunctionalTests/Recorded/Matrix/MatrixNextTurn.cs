using System.Buffers;
using System.Text;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Recorded.Matrix;

/// <summary>The turn after a recorded answer: the client sends back what it got, and the provider must get its signatures and hidden thoughts again, else it refuses the turn.</summary>
internal static class MatrixNextTurn
{
    /// <summary>Stands in the body of every such request, and in no recorded one.</summary>
    public const string Marker = "matrix-next-turn";

    /// <summary>True when the recorded answer holds something that must come back, and the client speaks another dialect.</summary>
    public static bool IsDue(MatrixResult result) =>
        result.Exchange.Status < 400 && !MatrixSelection.IsTroubled(result.Exchange) && !MatrixSelection.Passes(result.Exchange, result.Client) && SignaturesOf(PartsOf(result.Exchange)).Length > 0;

    /// <summary>The client's next request.</summary>
    /// <param name="result">Whose client it is.</param>
    /// <param name="answer">What it got.</param>
    /// <param name="model">The alias.</param>
    public static byte[] Make(MatrixResult result, ReceivedAnswer answer, string model) =>
        Encoding.UTF8.GetBytes(MatrixMemory.NextRequest(result.Client, answer.Text, result.Exchange.Stream, model).ToJsonString());

    /// <summary>Notes whether the provider got what it would have got from a client of its own dialect.</summary>
    public static void Compare(MatrixResult result, ReplayedRequest received)
    {
        var source = MatrixSelection.SourceOf(result.Exchange)!.Value;
        var expected = Back(source, Write(source, PartsOf(result.Exchange), result.Exchange.Model ?? "m"));
        var actual = Back(source, received.Body);
        result.Check("next turn", expected == actual, MatrixComparison.Difference(expected, actual));
    }

    private static IReadOnlyList<ChatPart> PartsOf(RecordedExchange exchange) =>
        MatrixAnswer.Read(MatrixSelection.SourceOf(exchange)!.Value, exchange.ResponseBody, exchange.AnswerIsStream).Response.Candidates is [var first, ..] ? first.Parts : [];

    private static string Back(Dialect dialect, byte[] body) =>
        SignaturesOf([.. ChatCodecs.Of(dialect).ReadRequest(body).Messages.Where(static message => message.Role == ChatRole.Assistant).SelectMany(static message => message.Parts)]);

    /// <summary>Hidden thoughts and signatures, each with the kind of part that it is on.</summary>
    private static string SignaturesOf(IReadOnlyList<ChatPart> parts) =>
        string.Join(' ', parts.SelectMany(static part => new[] { part.Signature, (part as ThinkingPart)?.Encrypted }.OfType<string>().Select(signature => $"{part.GetType().Name}:{signature}")));

    private static byte[] Write(Dialect dialect, IReadOnlyList<ChatPart> answer, string model)
    {
        var request = new ChatRequest { Source = dialect, Model = model, MaxOutputTokens = 4096, Reasoning = new ChatReasoning { Enabled = true, BudgetTokens = 2048 } };
        request.Messages.Add(new ChatMessage { Role = ChatRole.User, IsPlainText = true, Parts = { new TextPart(Marker) } });
        var turn = new ChatMessage { Role = ChatRole.Assistant };
        turn.Parts.AddRange(answer);
        request.Messages.Add(turn);
        var calls = answer.OfType<ToolCallPart>().ToList();
        foreach (var call in calls)
            request.Messages.Add(new ChatMessage { Role = ChatRole.Tool, Parts = { new ToolResultPart { CallId = call.Id, Name = call.Name, IsPlainText = true, Content = { new TextPart("done") } } } });
        foreach (var name in calls.Select(static call => call.Name).Distinct(StringComparer.Ordinal))
            request.Tools.Add(new ChatTool { Name = name, Parameters = JsonValue.Parse("""{"type":"object"}""") });
        if (calls.Count == 0)
            request.Messages.Add(new ChatMessage { Role = ChatRole.User, IsPlainText = true, Parts = { new TextPart("go on") } });
        var body = new ArrayBufferWriter<byte>();
        ChatCodecs.Of(dialect).WriteRequest(request, new Protocols.Chat.Translation { Model = model }, body);
        return body.WrittenSpan.ToArray();
    }
}
