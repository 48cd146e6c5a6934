using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Tests.OpenAI.Responses;

/// <summary>Whatever another dialect answers, the stream keeps the order that official clients build their objects by.</summary>
public sealed class ResponsesStreamGrammarTests
{
    [Fact]
    public void AnyForeignAnswer_StreamsInOrderAndEndsAsTheWholeAnswer()
    {
        var mutator = new Fuzzing.Mutator(31);
        for (var round = 0; round < 500; round++)
        {
            var response = Answer(mutator);
            var steps = new List<ChatEvent>();
            ChatStream.Replay(response, steps);

            var events = Codec.Events(Codec.Encode(steps));

            Assert.Null(Defect(events));
            Assert.Null(JsonDifference.Find(Codec.Write(response), events[^1].GetProperty("response")));
        }
    }

    private static ChatResponse Answer(Fuzzing.Mutator mutator)
    {
        var response = new ChatResponse { Source = Dialect.Gemini, Id = "x", Model = "m", Created = 1, Usage = mutator.Next(2) == 0 ? null : new Usage { InputTokens = 3, OutputTokens = 4, CacheWrite12hTokens = 1 } };
        var candidate = new ChatCandidate { Finish = (FinishReason)mutator.Next(11) };
        response.Candidates.Add(candidate);
        for (var count = mutator.Next(7); count > 0; count--)
        {
            candidate.Parts.Add(mutator.Next(9) switch
            {
                0 => new TextPart(""),
                1 => new ThinkingPart(),
                2 => new ThinkingPart { Text = "t", Signature = mutator.Next(2) == 0 ? null : "s" },
                3 => new ThinkingPart { Encrypted = "e" },
                4 => new ToolCallPart { Name = "f", Arguments = mutator.Next(2) == 0 ? "" : "{\"a\":", Signature = mutator.Next(2) == 0 ? null : "s" },
                5 => new OpaquePart(Dialect.Gemini, "executableCode", JsonValue.Parse("{}")),
                6 => new RefusalPart("r"),
                7 => new MediaPart(MediaKind.Image) { Base64 = "iVBO" },
                _ => new TextPart("x") { Citations = mutator.Next(2) == 0 ? null : [new ChatCitation { Url = "https://x", Start = 0, End = 1 }, new ChatCitation { Title = "t" }] },
            });
        }
        return response;
    }

    /// <summary>The first event that breaks the order; null when there is none.</summary>
    private static string? Defect(List<JsonElement> events)
    {
        string? item = null;
        var index = 0;
        var openParts = 0;
        for (var i = 0; i < events.Count; i++)
        {
            var single = events[i];
            var type = single.GetProperty("type").GetString()!;
            if (single.GetProperty("sequence_number").GetInt32() != i)
                return $"{i}: number";
            if (single.TryGetProperty("output_index", out var at) && at.GetInt32() != index)
                return $"{i}: index";
            if (single.TryGetProperty("item_id", out var id) && (item is null || id.GetString() != item))
                return $"{i}: {type} of another item";
            switch (type)
            {
                case "response.created" when i == 0:
                case "response.in_progress" when i == 1:
                    break;
                case "response.output_item.added" when item is null:
                    item = single.GetProperty("item").GetProperty("id").GetString();
                    break;
                case "response.output_item.done" when single.GetProperty("item").GetProperty("id").GetString() == item && openParts == 0:
                    item = null;
                    index++;
                    break;
                case "response.content_part.added" or "response.reasoning_summary_part.added" when openParts == 0:
                    openParts++;
                    break;
                case "response.content_part.done" or "response.reasoning_summary_part.done" when openParts == 1:
                    openParts--;
                    break;
                case "response.completed" or "response.incomplete" or "response.failed" when i == events.Count - 1 && item is null:
                    return null;
                default:
                    if (item is null || type.Contains("_item.", StringComparison.Ordinal) || type.Contains("_part.", StringComparison.Ordinal))
                        return $"{i}: {type} at the wrong place";
                    break;
            }
        }
        return "no end";
    }
}
