using System.Text;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Forwarding;

/// <summary>Looks at a provider's answer until it may be committed, and turns it into the answer that goes to the caller.</summary>
/// <remarks>
/// A JSON answer of up to 256 KB is read whole first: a truncated one fails over unseen, and its usage and cost stand in the
/// headers. Larger ones, and those that are no JSON, pass as they come.
/// </remarks>
internal sealed class AnswerReader(AnswerSettlement settlement, TranslatedAnswers translated, ConversationKeeper conversations, ObjectIds objectIds, TimeProvider clock, DrainState drain) : IAttemptAnswers
{
    /// <summary>JSON answers up to this many bytes are read whole before they are passed on.</summary>
    public const int LargestWhole = 256 * 1024;

    // Generated images make Responses answers of several megabytes, and their ids stand at both ends: beyond this they are no answers.
    private const int LargestWithIds = 64 * 1024 * 1024;

    private const int LargestError = 64 * 1024;
    private const string EventStreamType = "text/event-stream";

    public bool RestsOthers(AttemptOutcome outcome) => true;

    public async ValueTask<AttemptResult> ReadAsync(Exchange exchange, AttemptRecord attempt, HttpResponseMessage response, AttemptTimer timer)
    {
        if ((int)response.StatusCode >= 300)
        {
            return await ReadFailureAsync(attempt, response, timer);
        }
        var request = exchange.Request!;
        var upstream = await UpstreamBody.OpenAsync(response, timer.Token);
        var mediaType = MediaType(response);
        if (attempt.Dialect is not null)
        {
            return await ReadTranslatedAsync(exchange, attempt, mediaType, response, upstream, timer);
        }
        if (mediaType.StartsWith(EventStreamType, StringComparison.OrdinalIgnoreCase))
        {
            return await ReadStreamAsync(exchange, attempt, response, upstream, timer);
        }
        if (!AnswersJson(request.Operation) && !mediaType.Contains("json", StringComparison.OrdinalIgnoreCase))
        {
            return await ReadOpaqueAsync(exchange, attempt, response, upstream, timer);
        }
        if (request.Facts.Stream && request.Operation is (Operation.ChatCompletions or Operation.Completions or Operation.Responses))
        {
            // Clients that asked for a stream show an empty answer when they get a body.
            return await ErrorOrNonsenseAsync(response, upstream, timer);
        }
        return await ReadJsonAsync(exchange, attempt, response, upstream, timer);
    }

    /// <summary>Reads the error of an answer with a status of 300 and above.</summary>
    public static async ValueTask<ProviderError> ReadErrorAsync(AttemptRecord attempt, HttpResponseMessage response, AttemptTimer timer)
    {
        var body = default(OutputBuffer);
        try
        {
            var upstream = await UpstreamBody.OpenAsync(response, timer.Token);
            (body, _) = await UpstreamBody.ReadUpToAsync(upstream, LargestError, timer, null);
        }
        catch (Exception e) when (UpstreamFaults.IsUpstreamFault(e))
        {
            // The status says enough.
        }
        var error = Translations.ReadError(attempt, (int)response.StatusCode, body.Ready);
        body.Release();
        return error;
    }

    /// <summary>What an answer with a status of 300 and above comes to.</summary>
    public async ValueTask<AttemptResult> ReadFailureAsync(AttemptRecord attempt, HttpResponseMessage response, AttemptTimer timer)
    {
        var status = (int)response.StatusCode;
        var error = await ReadErrorAsync(attempt, response, timer);
        var outcome = AttemptClassifier.Classify(status, error, attempt.Deployment);
        if (outcome == AttemptOutcome.CredentialRefused && attempt.Deployment.Provider.Credentials.Kind == Configuration.CredentialsKind.Caller)
        {
            // The caller's own key: nobody else can mend that, and no other deployment is to pay for it.
            outcome = AttemptOutcome.Refused;
        }
        return new AttemptResult(outcome)
        {
            Status = status,
            Error = error,
            RetryAfter = RetryAfter.Read(response.Headers, clock.GetUtcNow()),
        };
    }

    /// <summary>Reads a body of up to <paramref name="limit"/> bytes, unpacked.</summary>
    /// <returns>What came, and whether it is all; to be released.</returns>
    public static async ValueTask<(OutputBuffer Body, bool Whole)> ReadWholeAsync(HttpResponseMessage response, int limit, AttemptTimer timer, TimeSpan idle, CancellationToken stop)
    {
        var upstream = await UpstreamBody.OpenAsync(response, stop);
        return await UpstreamBody.ReadUpToAsync(upstream, limit, timer, idle, response.Content.Headers.ContentLength, stop);
    }

    /// <summary>What a body is that is no answer, although its status says so.</summary>
    public static AttemptResult ErrorOrNonsense(AttemptRecord attempt, int status, ReadOnlySpan<byte> body)
    {
        var error = Translations.ReadError(attempt, 0, body);
        return error.Type is null && error.Code is null
            ? new AttemptResult(AttemptOutcome.Nonsense) { Status = status }
            : new AttemptResult(AttemptOutcome.ErrorEvent) { Status = status, Error = error };
    }

    /// <summary>Reads the streams of several calls, all with a status below 300, until commit. On success the result owns the responses and the timer.</summary>
    public async ValueTask<AttemptResult> ReadChoicesAsync(Exchange exchange, AttemptRecord attempt, HttpResponseMessage[] responses, AttemptTimer timer)
    {
        var codec = Translations.CodecFor(attempt);
        var streams = new Stream[responses.Length];
        for (var i = 0; i < responses.Length; i++)
        {
            streams[i] = await UpstreamBody.OpenAsync(responses[i], timer.Token);
            if (!Translations.IsStream(codec, MediaType(responses[i])))
            {
                return await ErrorOrNonsenseAsync(responses[i], streams[i], timer);
            }
        }
        var upstream = new InterleavedStream(responses, streams, codec.Framing, timer.Token);
        return await ReadStreamAsync(exchange, attempt, responses[0], upstream, timer, responses.Length);
    }

    private async ValueTask<AttemptResult> ReadStreamAsync(Exchange exchange, AttemptRecord attempt, HttpResponseMessage response, Stream upstream, AttemptTimer timer, int choices = 1)
    {
        var request = exchange.Request!;
        EventReading processor = attempt.Dialect is not null ? TranslatedFor(exchange, attempt, choices) : new PassedEvents(exchange, attempt, RequestEdits.AsksForUsage(request, attempt.Deployment), IdsFor(exchange, attempt), settlement);
        timer.EndWith(drain.CutToken);
        var stream = new EventStream(exchange, attempt, timer, response, upstream, processor, settlement, clock);
        var outcome = await stream.PeekAsync(exchange.Plan!.Alias.HoldBack);
        if (outcome != AttemptOutcome.Succeeded)
        {
            var error = stream.Error;
            // An answer may have been billed in part, or whole, before it failed: response.failed brings its usage.
            settlement.SettleUnseen(exchange, attempt, new AnswerFigures(processor.Usage, processor.Model, processor.ServiceTier, processor.FinishReason, processor.EstimatedOutputTokens));
            await stream.DisposeAsync();
            return new AttemptResult(outcome) { Status = (int)response.StatusCode, Error = error };
        }
        var answer = Answer(response, new StreamedContent(stream, length: null));
        if (attempt.Dialect is not null)
        {
            var headers = answer.Response!.Content.Headers;
            headers.Remove("Content-Type");
            headers.TryAddWithoutValidation("Content-Type", request.StreamsAsArray ? "application/json" : "text/event-stream; charset=utf-8");
        }
        return answer;
    }

    private EventReading TranslatedFor(Exchange exchange, AttemptRecord attempt, int choices)
    {
        var request = exchange.Request!;
        var codec = Translations.CodecFor(attempt);
        // Only for callers of the same dialect is there a point in taking the frames off first; interleaved ones are of others.
        var isWrapped = codec == AnthropicCodec.Bedrock && choices == 1;
        var events = new TranslatedEvents(isWrapped ? AnthropicCodec.Instance : codec, ChatCodecs.Of(ChatDialects.Of(request.Operation)!.Value), Translations.RequestFor(exchange), request.StreamsAsArray, choices)
        {
            Keep = request.Chat?.KeptId is null ? null : KeeperFor(exchange),
        };
        return isWrapped ? new UnwrappedEvents(events) : events;
    }

    private Func<ChatResponse, Task> KeeperFor(Exchange exchange) => answer => conversations.KeepAsync(exchange, answer);

    private async ValueTask<AttemptResult> ReadTranslatedAsync(
        Exchange exchange, AttemptRecord attempt, string mediaType, HttpResponseMessage response, Stream upstream, AttemptTimer timer)
    {
        if (exchange.Request!.Facts.Stream)
        {
            return Translations.IsStream(Translations.CodecFor(attempt), mediaType)
                ? await ReadStreamAsync(exchange, attempt, response, upstream, timer)
                : await ErrorOrNonsenseAsync(response, upstream, timer);
        }
        var (body, whole) = await UpstreamBody.ReadUpToAsync(upstream, LargestWithIds, timer, attempt.Deployment.Timeouts.Idle, response.Content.Headers.ContentLength);
        if (!whole)
        {
            body.Release();
            return new AttemptResult(AttemptOutcome.Nonsense) { Status = (int)response.StatusCode };
        }
        if (translated.Read(exchange, attempt, (int)response.StatusCode, body, out var answer) is { } failure)
        {
            body.Release();
            return failure;
        }
        timer.Dispose();
        if (exchange.Request.Chat?.KeptId is not null)
        {
            await conversations.KeepAsync(exchange, answer.ReadyMemory);
        }
        var result = Answer(response, new WholeAnswerContent(answer));
        if (!answer.IsSame(body))
        {
            body.Release();
            var headers = result.Response!.Content.Headers;
            headers.Remove("Content-Type");
            headers.TryAddWithoutValidation("Content-Type", "application/json");
        }
        return result;
    }

    private async ValueTask<AttemptResult> ReadJsonAsync(Exchange exchange, AttemptRecord attempt, HttpResponseMessage response, Stream upstream, AttemptTimer timer)
    {
        var body = default(OutputBuffer);
        var kept = false;
        try
        {
            var ids = IdsFor(exchange, attempt);
            var limit = ids is null ? LargestWhole : LargestWithIds;
            var length = response.Content.Headers.ContentLength;
            if (!(length > limit))
            {
                (body, var whole) = await UpstreamBody.ReadUpToAsync(upstream, limit, timer, attempt.Deployment.Timeouts.Idle, length);
                if (whole)
                {
                    return AnswerWhole(exchange, attempt, response, timer, ids, ref body, ref kept);
                }
            }
            var inspector = new LargeBodyInspector(exchange.Request!.Operation, attempt.Deployment.Provider.Preset.UsageRules);
            inspector.Append(body.Ready);
            kept = true;
            var stream = new PassingStream(exchange, attempt, timer, response, upstream, body, new LargeBodyMeter(inspector), settlement);
            return Answer(response, new StreamedContent(stream, length));
        }
        finally
        {
            if (!kept)
            {
                body.Release();
            }
        }
    }

    private AttemptResult AnswerWhole(Exchange exchange, AttemptRecord attempt, HttpResponseMessage response, AttemptTimer timer, IdRewriter? ids, ref OutputBuffer body, ref bool kept)
    {
        var request = exchange.Request!;
        var bytes = body.Ready;
        var facts = ResponseInspector.Inspect(request.Operation, bytes, attempt.Deployment.Provider.Preset.UsageRules);
        // What a provider says of a stored response is an answer whatever it is: that it failed, or that it is deleted.
        var isStored = request.Operation == Operation.StoredResponse && facts.IsObject && facts.ResponseIdValue.Exists;
        if (facts.Error is { } error && !isStored)
        {
            settlement.SettleUnseen(exchange, attempt, new AnswerFigures(facts.Usage, facts.Model, facts.ServiceTier, facts.FinishReason, 0));
            return new AttemptResult(AttemptOutcome.ErrorEvent) { Status = (int)response.StatusCode, Error = error };
        }
        if (!facts.IsJson || !(facts.HasAnswer || isStored))
        {
            return new AttemptResult(AttemptOutcome.Nonsense) { Status = (int)response.StatusCode };
        }

        exchange.TimeToFirstToken = clock.GetElapsedTime(exchange.StartTimestamp);
        exchange.ResponseModel = facts.Model;
        exchange.ServiceTier = facts.ServiceTier;
        exchange.FinishReason = facts.FinishReason;
        attempt.Outcome = AttemptOutcome.Succeeded;
        if (request.Operation == Operation.Responses && facts.Usage is null && facts.FinishReason is "queued" or "in_progress" && facts.ResponseIdValue.Exists)
        {
            settlement.Await(Encoding.UTF8.GetString(facts.ResponseIdValue.Of(bytes)[1..^1]));
        }
        else
        {
            settlement.Settle(exchange, attempt, facts.Usage, facts.EstimatedOutputTokens);
        }
        timer.Dispose();

        var edited = Edit(bytes, facts, ids);
        if (edited is { } replacement)
        {
            return Answer(response, new WholeAnswerContent(replacement));
        }
        kept = true;
        return Answer(response, new WholeAnswerContent(body));
    }

    private async ValueTask<AttemptResult> ReadOpaqueAsync(Exchange exchange, AttemptRecord attempt, HttpResponseMessage response, Stream upstream, AttemptTimer timer)
    {
        var (head, whole) = await UpstreamBody.ReadUpToAsync(upstream, 0, timer, null);
        if (whole && head.IsEmpty)
        {
            head.Release();
            return new AttemptResult(AttemptOutcome.Nonsense) { Status = (int)response.StatusCode };
        }
        exchange.TimeToFirstToken = clock.GetElapsedTime(exchange.StartTimestamp);
        var stream = new PassingStream(exchange, attempt, timer, response, upstream, head, meter: null, settlement);
        return Answer(response, new StreamedContent(stream, response.Content.Headers.ContentLength));
    }

    private static async ValueTask<AttemptResult> ErrorOrNonsenseAsync(HttpResponseMessage response, Stream upstream, AttemptTimer timer)
    {
        var (body, _) = await UpstreamBody.ReadUpToAsync(upstream, LargestError, timer, null);
        var facts = ResponseInspector.Inspect(Operation.ChatCompletions, body.Ready, UsageRules.OpenAI);
        body.Release();
        return new AttemptResult(facts.Error is null ? AttemptOutcome.Nonsense : AttemptOutcome.ErrorEvent) { Status = (int)response.StatusCode, Error = facts.Error };
    }

    private IdRewriter? IdsFor(Exchange exchange, AttemptRecord attempt) =>
        exchange.Request!.Operation is Operation.Responses or Operation.StoredResponse
            ? new IdRewriter(objectIds, attempt.Deployment.Id, exchange.Caller.Tenant) : null;

    /// <summary>Makes the edits of the closed list; null when there are none.</summary>
    private static OutputBuffer? Edit(ReadOnlySpan<byte> body, ResponseFacts facts, IdRewriter? ids)
    {
        if (facts.Edits.Count == 0 && ids is null)
        {
            return null;
        }
        var edits = new List<JsonEdit>();
        edits.AddRange(facts.Edits);
        foreach (var range in (ReadOnlySpan<ByteRange>)[facts.ResponseIdValue, facts.PreviousResponseIdValue])
        {
            if (ids is not null && range.Exists && ids.Seal(range.Of(body)) is { } replacement)
            {
                edits.Add(new JsonEdit(range, replacement));
            }
        }
        if (edits.Count == 0)
        {
            return null;
        }
        edits.Sort(static (a, b) => a.Range.Start.CompareTo(b.Range.Start));
        var output = default(OutputBuffer);
        var position = 0;
        foreach (var edit in edits)
        {
            output.Append(body[position..edit.Range.Start]);
            output.Append(edit.Replacement.Span);
            position = edit.Range.End;
        }
        output.Append(body[position..]);
        return output;
    }

    /// <summary>A success with <paramref name="content"/>, the provider's status, and those of its headers that callers get.</summary>
    public static AttemptResult Answer(HttpResponseMessage upstream, HttpContent content)
    {
        var answer = new HttpResponseMessage(upstream.StatusCode) { Content = content };
        CopyHeader(upstream, answer, "Content-Type");
        CopyHeader(upstream, answer, "Content-Disposition");
        return new AttemptResult(AttemptOutcome.Succeeded) { Status = (int)upstream.StatusCode, Response = answer };
    }

    private static void CopyHeader(HttpResponseMessage from, HttpResponseMessage to, string name)
    {
        if (from.Content.Headers.NonValidated.TryGetValues(name, out var values) && HeaderText.IsPlain(values.ToString()))
        {
            to.Content.Headers.TryAddWithoutValidation(name, values.ToString());
        }
    }

    private static bool AnswersJson(Operation operation) => operation is not (Operation.Speech or Operation.Transcriptions or Operation.Translations);

    /// <summary>The answer's content type as sent; empty for none.</summary>
    public static string MediaType(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values) ? values.ToString() : "";
}
