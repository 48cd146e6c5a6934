using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Gemini;
using AiGateway.Protocols.OpenAI.Chat;
using AiGateway.Simulator.Answers;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Dialects;

/// <summary>Answers conversations in the dialects of Anthropic, Gemini, Bedrock Converse and Cohere.</summary>
/// <remarks>
/// The model behind them is the one that answers <c>/v1/chat/completions</c>: the request is read by the dialect's codec and
/// put to it in OpenAI's words, so that the same question has the same answer in every dialect.
/// </remarks>
internal static class ConversationAnswer
{
    private static readonly JsonMembers DirectCaller = new JsonMembers().Add("caller", JsonValue.Parse("""{"type":"direct"}"""));

    public static Answer Of(SimulatedRequest request)
    {
        if (Read(request, countOnly: false, out var chat) is { } refusal)
            return refusal;
        using var asked = InOpenAIsWords(chat);
        var inner = request with { Json = asked.RootElement };
        var prompt = Prompt.OfMessages(inner.Json, inner.Json.GetProperty("messages"u8), (ulong)request.Options.Seed);
        return Written(request, chat, Generate(inner, chat, prompt));
    }

    /// <summary>The dialect of a conversation's endpoint; null for other endpoints.</summary>
    public static Dialect? DialectOf(SimulatedEndpoint endpoint) => endpoint switch
    {
        SimulatedEndpoint.ChatCompletions => Dialect.OpenAIChat,
        SimulatedEndpoint.Responses => Dialect.OpenAIResponses,
        SimulatedEndpoint.Messages or SimulatedEndpoint.Invoke or SimulatedEndpoint.InvokeStream or SimulatedEndpoint.RawPredict or SimulatedEndpoint.StreamRawPredict => Dialect.Anthropic,
        SimulatedEndpoint.GenerateContent or SimulatedEndpoint.StreamGenerateContent => Dialect.Gemini,
        SimulatedEndpoint.Converse or SimulatedEndpoint.ConverseStream => Dialect.Converse,
        SimulatedEndpoint.CohereChat => Dialect.Cohere,
        _ => null,
    };

    /// <summary>Answers any sound request with an answer that was given whole.</summary>
    public static Answer OfGiven(SimulatedRequest request, Dialect dialect, ChatResponse response) =>
        Read(request, dialect, out var chat) ?? Written(request, chat, response);

    private static Answer Written(SimulatedRequest request, ChatRequest chat, ChatResponse response)
    {
        var dialect = chat.Source;
        var codec = dialect == Dialect.Anthropic ? AnthropicCodec.At(request.Route.Host) : ChatCodecs.Of(dialect);
        var usage = response.Usage ?? new Usage();
        if (!request.ReportsUsage)
            response = WithoutUsage(response);
        // Responses' headers are those of OpenAI's other dialect.
        var shape = dialect == Dialect.OpenAIResponses ? Dialect.OpenAIChat : request.Route.Host == MessagesHost.Bedrock ? Dialect.Converse : dialect;
        if (chat.Stream)
        {
            var asArray = dialect == Dialect.Gemini && request.Context.Request.Query["alt"] != "sse";
            return new Answer
            {
                Dialect = shape,
                Wire = request.Route.Host == MessagesHost.Bedrock ? WireFaults.Invoke : null,
                ContentType = ConversationStream.ContentType(codec, asArray),
                Events = ConversationStream.Of(codec, chat, response, asArray),
                InputTokens = usage.InputTokens,
                OutputTokens = usage.OutputTokens,
            };
        }
        var body = PooledOutput.Rent();
        codec.WriteResponse(response, chat, new Translation { Model = request.Model }, body);
        return new Answer { Dialect = shape, Body = body, InputTokens = usage.InputTokens, OutputTokens = usage.OutputTokens };
    }

    // A copy: a given answer belongs to other requests too.
    private static ChatResponse WithoutUsage(ChatResponse response)
    {
        var copy = new ChatResponse { Source = response.Source, Id = response.Id, Model = response.Model, Created = response.Created, Own = response.Own, Extensions = response.Extensions };
        copy.Candidates.AddRange(response.Candidates);
        return copy;
    }

    /// <summary>Answers <c>/v1/messages/count_tokens</c>, what the clouds have in its place, and Gemini's <c>:countTokens</c>.</summary>
    public static Answer Count(SimulatedRequest request)
    {
        if (request.Route.Endpoint == SimulatedEndpoint.BedrockCount)
            return CountOfBedrock(request);
        return Count(request, request.Route.Dialect == Dialect.Gemini ? "totalTokens"u8 : "input_tokens"u8);
    }

    // The body to be invoked stands in base64 inside another.
    private static Answer CountOfBedrock(SimulatedRequest request)
    {
        if (request.Json.Member("input"u8)?.Member("invokeModel"u8)?.Member("body"u8) is not { ValueKind: JsonValueKind.String } encoded || !encoded.TryGetBytesFromBase64(out var body))
            return ErrorAnswers.BadRequest("1 validation error detected: Value at 'input' failed to satisfy constraint: Member must not be null");
        using var inner = JsonDocument.Parse(body);
        return Count(request with { Body = body, Json = inner.RootElement }, "inputTokens"u8);
    }

    private static Answer Count(SimulatedRequest request, ReadOnlySpan<byte> member)
    {
        if (Read(request, countOnly: true, out var chat) is { } refusal)
            return refusal;
        using var asked = InOpenAIsWords(chat);
        var prompt = Prompt.OfMessages(asked.RootElement, asked.RootElement.GetProperty("messages"u8), (ulong)request.Options.Seed);
        var body = PooledOutput.Rent();
        var json = body.StartJson();
        json.WriteStartObject();
        json.WriteNumber(member, prompt.InputTokens);
        json.WriteEndObject();
        json.Flush();
        return new Answer { Dialect = request.Route.Dialect, Body = body, InputTokens = prompt.InputTokens };
    }

    private static Answer? Read(SimulatedRequest request, bool countOnly, out ChatRequest chat) =>
        Read(request, request.Route.Dialect, out chat) ?? ConversationRules.Check(request, chat, countOnly);

    private static Answer? Read(SimulatedRequest request, Dialect dialect, out ChatRequest chat)
    {
        try
        {
            chat = request.Route.Endpoint == SimulatedEndpoint.GeminiCountTokens ? GeminiTokenCounts.ReadRequest(request.Body) : ChatCodecs.Of(dialect).ReadRequest(request.Body);
        }
        catch (ChatFormatException defect)
        {
            chat = new ChatRequest { Source = dialect };
            return ErrorAnswers.BadRequest(defect.Message, defect.Path);
        }
        chat.Model = request.Model;
        chat.Stream |= request.Route.Endpoint is SimulatedEndpoint.StreamGenerateContent or SimulatedEndpoint.ConverseStream or SimulatedEndpoint.InvokeStream or SimulatedEndpoint.StreamRawPredict;
        chat.AnswerCreated = request.Created;
        return null;
    }

    private static JsonDocument InOpenAIsWords(ChatRequest chat)
    {
        var body = new ArrayBufferWriter<byte>();
        OpenAIChatCodec.Instance.WriteRequest(chat, new Translation { Model = chat.Model }, body);
        return JsonDocument.Parse(body.WrittenMemory);
    }

    private static ChatResponse Generate(SimulatedRequest request, ChatRequest chat, Prompt prompt)
    {
        var response = new ChatResponse
        {
            Source = chat.Source,
            Id = chat.Source switch
            {
                Dialect.Anthropic => request.Ids.Next("msg_"),
                Dialect.Converse => "",
                _ => request.Ids.Next(""),
            },
            Model = request.Model,
            Created = request.Created,
        };
        var thoughts = Thoughts.AreAskedFor(chat) ? Thoughts.Write(prompt) : null;
        var thinking = thoughts is null ? 0 : Tokens.Of(thoughts);
        var (output, reasoning) = (0, 0);
        for (var index = 0; index < (chat.Candidates ?? 1); index++)
        {
            var left = chat.MaxOutputTokens is { } most ? (int)Math.Clamp(most - thinking, 0, int.MaxValue) : (int?)null;
            var generation = left == 0
                ? new Generation("", [], HitLimit: true, 0)
                : Generation.Of(request, prompt, request.Json.Member("response_format"u8), left, index);
            response.Candidates.Add(Candidate(request, chat, generation, thoughts, index));
            output += generation.OutputTokens + thinking;
            reasoning += generation.ReasoningTokens + thinking;
        }
        response.Usage = new Usage { InputTokens = prompt.InputTokens, AudioInputTokens = prompt.AudioTokens, OutputTokens = output, ReasoningTokens = reasoning };
        return response;
    }

    private static ChatCandidate Candidate(SimulatedRequest request, ChatRequest chat, Generation generation, string? thoughts, int index)
    {
        var candidate = new ChatCandidate
        {
            Index = index,
            Finish = generation.HitLimit ? FinishReason.Length
                : generation.Calls.Count > 0 ? FinishReason.ToolCalls
                : generation.StopSequence is not null ? FinishReason.StopSequence
                : FinishReason.Stop,
            StopSequence = generation.StopSequence,
        };
        var isGemini = chat.Source == Dialect.Gemini;
        if (thoughts is not null && (Thoughts.AreShown(chat) || !isGemini))
        {
            candidate.Parts.Add(new ThinkingPart
            {
                Text = Thoughts.AreShown(chat) ? thoughts : "",
                // Gemini signs what follows the thoughts, Cohere nothing.
                Signature = chat.Source is Dialect.Anthropic or Dialect.Converse ? Thoughts.Sign(thoughts) : null,
            });
        }
        var signature = isGemini && thoughts is not null ? Thoughts.Sign(thoughts) : null;
        if (generation.Text.Length > 0)
            candidate.Parts.Add(new TextPart(generation.Text) { Signature = signature });
        foreach (var call in generation.Calls)
        {
            candidate.Parts.Add(new ToolCallPart
            {
                Id = CallId(request, chat.Source, call),
                Name = call.Name,
                Arguments = call.Arguments,
                Signature = signature,
                Own = chat.Source == Dialect.Anthropic ? DirectCaller : null,
            });
            // Of parallel calls the first is signed.
            signature = null;
        }
        return candidate;
    }

    private static string CallId(SimulatedRequest request, Dialect dialect, ToolCall call) => dialect switch
    {
        Dialect.Anthropic => request.Ids.Next("toolu_"),
        Dialect.Converse => request.Ids.Next("tooluse_"),
        // Gemini names calls by their function alone.
        Dialect.Gemini => "",
        _ => request.Ids.Next(call.Name + "_"),
    };
}
