using System.Text;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Tests.Chat;

/// <summary>Pins the order that encoders rely on, whatever decoders push, and that the gathered answer is what encoders saw.</summary>
public sealed class ChatStreamTests
{
    private const int Rounds = 400;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void NastySteps_ComeOutInOrderAndGathered(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < Rounds; round++)
        {
            var steps = NastySteps.Make(random);
            var stream = new ChatStream(Dialect.Gemini);
            var ordered = new List<ChatEvent>();
            foreach (var step in steps)
                stream.Push(step, ordered);
            stream.Complete(ordered);
            try
            {
                ChatOrder.Check(ordered, stream.Response);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Seed {seed}, round {round}: {exception.Message}\n{Describe(steps)}\nbecame\n{Describe(ordered)}", exception);
            }
        }
    }

    [Fact]
    public void WellFormedArgumentsInPiecesSideBySide_ReachTheirCalls()
    {
        var random = new Random(7);
        for (var round = 0; round < Rounds; round++)
        {
            var calls = new string[random.Next(1, 6)];
            var left = new List<int>();
            for (var i = 0; i < calls.Length; i++)
            {
                calls[i] = $$"""{"number":{{i}},"text":"{{new string('x', random.Next(20))}}"}""";
                left.Add(i);
            }
            var taken = new int[calls.Length];
            var stream = new ChatStream(Dialect.OpenAIChat);
            var ordered = new List<ChatEvent>();
            while (left.Count > 0)
            {
                var call = left[random.Next(left.Count)];
                if (taken[call] == 0)
                    stream.Push(new ChatEvent(ChatEventKind.PartStart) { Part = call, PartKind = ChatPartKind.ToolCall, Id = $"id{call}", Name = "tool" }, ordered);
                if (random.Next(6) == 0)
                    stream.Push(new ChatEvent(ChatEventKind.PartDelta) { Part = 90, PartKind = ChatPartKind.Text, Text = "t" }, ordered);
                var count = Math.Min(random.Next(1, 6), calls[call].Length - taken[call]);
                stream.Push(new ChatEvent(ChatEventKind.PartDelta) { Part = call, PartKind = ChatPartKind.ToolCall, Text = calls[call].Substring(taken[call], count) }, ordered);
                taken[call] += count;
                if (taken[call] == calls[call].Length)
                    left.Remove(call);
            }
            stream.Complete(ordered);

            ChatOrder.Check(ordered, stream.Response);
            var gathered = stream.Response.Candidates[0].Parts.OfType<ToolCallPart>().ToList();
            Assert.Equal(calls.Order(StringComparer.Ordinal), gathered.Select(static call => call.Arguments).Order(StringComparer.Ordinal));
            Assert.All(gathered, call => Assert.Equal(calls[int.Parse(call.Id[2..], System.Globalization.CultureInfo.InvariantCulture)], call.Arguments));
        }
    }

    [Fact]
    public void CallWithWholeArguments_EndsWhenTheNextBegins()
    {
        var ordered = Push(
            Call(0, "a"), Arguments(0, """{"x":1}"""),
            Call(1, "b"));

        Assert.Contains(ordered, static step => step is { Kind: ChatEventKind.PartEnd, Part: 0 });
        Assert.Contains(ordered, static step => step is { Kind: ChatEventKind.PartStart, Part: 1, Name: "b" });
    }

    [Fact]
    public void TextBetweenTheArgumentsOfACall_WaitsForTheCall()
    {
        var ordered = Push(Call(0, "a"), Arguments(0, """{"x":"""), Text("meanwhile"), Arguments(0, "1}"));

        Assert.Equal(
            [ChatEventKind.Start, ChatEventKind.PartStart, ChatEventKind.PartDelta, ChatEventKind.PartDelta, ChatEventKind.PartEnd, ChatEventKind.PartStart, ChatEventKind.PartDelta],
            ordered.Select(static step => step.Kind));
        Assert.Equal("meanwhile", ordered[^1].Text);
    }

    [Fact]
    public void TextAndCallOfTheSameKey_AreTwoParts()
    {
        var stream = new ChatStream(Dialect.OpenAIChat);
        var ordered = new List<ChatEvent>();
        foreach (var step in new[] { Call(0, "a"), Text("said", key: 0), Arguments(0, "{}") })
            stream.Push(step, ordered);
        stream.Complete(ordered);

        var parts = stream.Response.Candidates[0].Parts;
        Assert.Equal("{}", Assert.IsType<ToolCallPart>(parts[0]).Arguments);
        Assert.Equal("said", Assert.IsType<TextPart>(parts[1]).Text);
    }

    [Fact]
    public void ErrorInTheMiddle_KeepsTheTextSoFar()
    {
        var stream = new ChatStream(Dialect.OpenAIChat);
        var ordered = new List<ChatEvent>();
        stream.Push(Text("half a "), ordered);
        stream.Push(Text("sentence"), ordered);
        stream.Push(new ChatEvent(ChatEventKind.Error) { Error = new ProviderError("broken", null, null, null, ProviderErrorKind.ServerError) }, ordered);

        Assert.Equal("half a sentence", Assert.IsType<TextPart>(stream.Response.Candidates[0].Parts[0]).Text);
        Assert.Equal(ChatEventKind.Error, ordered[^1].Kind);
        Assert.True(stream.IsEnded);
    }

    [Fact]
    public void SignatureAtThePartsEnd_IsPassedOnAndGathered()
    {
        var stream = new ChatStream(Dialect.Anthropic);
        var ordered = new List<ChatEvent>();
        stream.Push(new ChatEvent(ChatEventKind.PartDelta) { PartKind = ChatPartKind.Thinking, Text = "hm" }, ordered);
        stream.Push(new ChatEvent(ChatEventKind.PartEnd) { PartKind = ChatPartKind.Thinking, Signature = "signed" }, ordered);
        stream.Complete(ordered);

        Assert.Contains(ordered, static step => step is { Kind: ChatEventKind.PartDelta, Signature: "signed" });
        Assert.Equal("signed", stream.Response.Candidates[0].Parts[0].Signature);
    }

    [Fact]
    public void RepeatedFinishes_TheFirstThatSaysSomethingCounts()
    {
        var stream = new ChatStream(Dialect.OpenAIChat);
        var ordered = new List<ChatEvent>();
        stream.Push(Text("x"), ordered);
        foreach (var reason in new[] { FinishReason.Unknown, FinishReason.Length, FinishReason.Stop, FinishReason.Unknown })
            stream.Push(new ChatEvent(ChatEventKind.Finish) { Finish = reason }, ordered);
        stream.Complete(ordered);

        Assert.Equal(FinishReason.Length, Assert.Single(ordered, static step => step.Kind == ChatEventKind.Finish).Finish);
    }

    [Fact]
    public void Replay_OfAnyGatheredAnswer_IsInOrderAndGivesItAgain()
    {
        var random = new Random(11);
        for (var round = 0; round < Rounds; round++)
        {
            var first = new ChatStream(Dialect.Gemini);
            var steps = new List<ChatEvent>();
            foreach (var step in NastySteps.Make(random, withErrors: false))
                first.Push(step, steps);
            first.Complete(steps);

            steps.Clear();
            ChatStream.Replay(first.Response, steps);
            var again = new ChatStream(Dialect.Gemini);
            var ordered = new List<ChatEvent>();
            foreach (var step in steps)
                again.Push(step, ordered);
            again.Complete(ordered);

            ChatOrder.Check(steps, first.Response, isReplay: true);
            ChatOrder.Check(ordered, again.Response, isReplay: true);
            Assert.Equal(ChatOrder.Describe(first.Response), ChatOrder.Describe(again.Response));
        }
    }

    private static List<ChatEvent> Push(params ChatEvent[] steps)
    {
        var stream = new ChatStream(Dialect.OpenAIChat);
        var ordered = new List<ChatEvent>();
        foreach (var step in steps)
            stream.Push(step, ordered);
        return ordered;
    }

    private static ChatEvent Call(int key, string name) => new(ChatEventKind.PartStart) { Part = key, PartKind = ChatPartKind.ToolCall, Id = "call_" + name, Name = name };

    private static ChatEvent Arguments(int key, string piece) => new(ChatEventKind.PartDelta) { Part = key, PartKind = ChatPartKind.ToolCall, Text = piece };

    private static ChatEvent Text(string text, int key = 50) => new(ChatEventKind.PartDelta) { Part = key, PartKind = ChatPartKind.Text, Text = text };

    private static string Describe(List<ChatEvent> steps)
    {
        var text = new StringBuilder();
        foreach (var step in steps)
            text.Append(step.Kind).Append(' ').Append(step.Candidate).Append('/').Append(step.Part).Append(' ').Append(step.PartKind).Append(" '").Append(step.Text).Append("' ").Append(step.Signature).Append('\n');
        return text.ToString();
    }
}
