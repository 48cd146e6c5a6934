using System.Buffers;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;

namespace AiGateway.Forwarding;

/// <summary>Whole answers of providers that do not speak OpenAI's dialect: read for metering, and written in the caller's dialect where it is another.</summary>
internal sealed class TranslatedAnswers(AnswerSettlement settlement, TimeProvider clock)
{
    /// <summary>Turns a whole answer into the caller's.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="attempt">The attempt that gave it.</param>
    /// <param name="status">The provider's status.</param>
    /// <param name="body">The provider's bytes; the caller of this method releases them unless they are returned.</param>
    /// <param name="answer">The bytes for the caller: the provider's own, or new ones.</param>
    /// <returns>Null when it is an answer, else what the attempt came to.</returns>
    public AttemptResult? Read(Exchange exchange, AttemptRecord attempt, int status, OutputBuffer body, out OutputBuffer answer)
    {
        answer = body;
        var request = exchange.Request!;
        var from = Translations.CodecFor(attempt);
        if (request.Operation == Operation.CountTokens)
        {
            return ReadCount(attempt, status, body, ref answer);
        }
        ChatResponse response;
        try
        {
            response = from.ReadResponse(body.ReadyMemory);
        }
        catch (ChatFormatException)
        {
            var error = from.ReadError(0, body.Ready);
            return error.Type is null && error.Code is null
                ? new AttemptResult(AttemptOutcome.Nonsense) { Status = status }
                : new AttemptResult(AttemptOutcome.ErrorEvent) { Status = status, Error = error };
        }

        exchange.TimeToFirstToken = clock.GetElapsedTime(exchange.StartTimestamp);
        exchange.ResponseModel = response.Model.Length > 0 ? response.Model : null;
        exchange.ServiceTier = response.ServiceTier;
        exchange.FinishReason = response.Candidates is [var first, ..] ? first.NativeFinish : null;
        attempt.Outcome = AttemptOutcome.Succeeded;
        settlement.Settle(exchange, attempt, response.Usage, response.Usage is null ? EstimatedTokens(response) : 0);

        var to = ChatCodecs.Of(ChatDialects.Of(request.Operation)!.Value);
        if (to.Dialect != from.Dialect)
        {
            var written = new ArrayBufferWriter<byte>(body.Length + 1024);
            var asked = Translations.RequestFor(exchange);
            ToolNames.Of(asked, from.Dialect)?.Restore(response);
            CustomTools.Of(asked, from.Dialect)?.Restore(response);
            var translation = new Translation { Model = request.Model };
            to.WriteResponse(response, asked, translation, written);
            Translations.LoseOfAnswer(attempt, translation);
            answer = default;
            answer.Append(written.WrittenSpan);
        }
        return null;
    }

    private static AttemptResult? ReadCount(AttemptRecord attempt, int status, OutputBuffer body, ref OutputBuffer answer)
    {
        if (attempt.Deployment.Provider.Preset.Messages != MessagesHost.Bedrock)
        {
            return null;
        }
        try
        {
            var count = HostedMessages.CountOfBedrock(body.ReadyMemory);
            answer = default;
            answer.Append(System.Text.Encoding.UTF8.GetBytes(count));
            return null;
        }
        catch (ChatFormatException)
        {
            return AnswerReader.ErrorOrNonsense(attempt, status, body.Ready);
        }
    }

    private static int EstimatedTokens(ChatResponse response)
    {
        var tokens = default(Protocols.OpenAI.TokenCounter);
        foreach (var candidate in response.Candidates)
        {
            foreach (var part in candidate.Parts)
            {
                var text = part switch
                {
                    TextPart said => said.Text,
                    ThinkingPart thought => thought.Text,
                    RefusalPart refused => refused.Text,
                    ToolCallPart call => call.Arguments,
                    _ => "",
                };
                tokens.Append(System.Text.Encoding.UTF8.GetBytes(text));
                tokens.Break();
            }
        }
        return tokens.Tokens;
    }
}
