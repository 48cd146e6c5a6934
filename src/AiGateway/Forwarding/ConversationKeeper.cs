using System.Buffers;
using System.Text.Json;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI.Responses;

namespace AiGateway.Forwarding;

/// <summary>Does for translated Responses requests what OpenAI does for its own: puts the conversation that <c>previous_response_id</c> stands for before the request, and keeps the answer.</summary>
/// <remarks>
/// Nothing is kept unless the operator turned it on, and nothing when the caller says <c>store: false</c>. An answer that
/// cannot be kept goes out all the same: it is paid for, and worth more than its copy.
/// </remarks>
internal sealed partial class ConversationKeeper(IConversationStore store, ObjectIds ids, ILogger<ConversationKeeper> logger)
{
    private const string Prefix = "resp_";

    /// <summary>Completes a conversation that was just read.</summary>
    /// <exception cref="ChatFormatException">It continues one that only another provider knows.</exception>
    public ChatRequest Prepare(Exchange exchange, ChatRequest chat)
    {
        var request = exchange.Request!;
        if (request.Operation != Operation.Responses)
        {
            return chat;
        }
        if (request.Conversation.Count > 0)
        {
            // OpenAI does not carry instructions over from turn to turn; those of this request stay first.
            var at = chat.Messages is [{ Item.Place: ChatItemPlace.Instructions }, ..] ? 1 : 0;
            chat.Messages.InsertRange(at, Earlier(request.Conversation));
            (chat.ContinuedId, chat.PreviousResponseId) = (chat.PreviousResponseId, null);
        }
        else if (chat.PreviousResponseId is not null)
        {
            throw new ChatFormatException(PreviousResponses.NotKept(request.Model).Message, "previous_response_id");
        }
        if (store.IsOn && chat.Store != false)
        {
            chat.KeptId = ids.Seal(Prefix, new StoredObject(StoredObject.AtGateway, exchange.Caller.Tenant, LocalId(exchange)));
        }
        request.IgnoresStore = chat.Store == true && chat.KeptId is null;
        // It is the gateway's to obey, and no provider's.
        chat.Store = null;
        return chat;
    }

    /// <summary>Keeps a streamed answer.</summary>
    public Task KeepAsync(Exchange exchange, ChatResponse answer)
    {
        var written = new ArrayBufferWriter<byte>(1024);
        ResponsesCodec.Instance.WriteResponse(answer, exchange.Request!.Chat!, new Translation(), written);
        return KeepAsync(exchange, written.WrittenMemory);
    }

    /// <summary>Keeps an answer. Never throws: whoever asks for it later is told that there is none.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="response">The response object as the caller gets it; copied before this method returns its task.</param>
    public async Task KeepAsync(Exchange exchange, ReadOnlyMemory<byte> response)
    {
        var request = exchange.Request!;
        // Only a copy is made before the caller goes on: reading the input's items and sealing them grow with the conversation.
        var copy = response.ToArray();
        await SocketThread.Leave();
        try
        {
            var id = LocalId(exchange);
            var previous = request.Conversation is [.., var last] ? last.Id : null;
            var kept = new KeptResponse(exchange.Caller.Tenant, id, previous, InputItems.Of(request.Body!.Memory, id), copy);
            if (kept.Size > KeptResponse.Largest)
            {
                Log.TooLarge(logger, exchange.Id, kept.Size, KeptResponse.Largest);
                return;
            }
            // Not the caller's token: a response that was paid for is kept, also when its caller is gone.
            await store.SaveAsync(kept, CancellationToken.None);
        }
        catch (ConversationStoreException e)
        {
            Log.NotKept(logger, exchange.Id, e.Message);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            Log.NotKept(logger, exchange.Id, e.Message);
        }
    }

    private static string LocalId(Exchange exchange) => exchange.Id["req_".Length..];

    /// <summary>Reads inputs and outputs of earlier turns as one input: what the model said, called and thought is an input item like any other.</summary>
    private static List<ChatMessage> Earlier(IReadOnlyList<KeptResponse> turns)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteStartArray("input"u8);
            foreach (var turn in turns)
            {
                CopyItems(json, turn.Input, member: null);
                CopyItems(json, turn.Response, "output");
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return ResponsesCodec.Instance.ReadRequest(body.WrittenMemory).Messages;
    }

    private static void CopyItems(Utf8JsonWriter json, ReadOnlyMemory<byte> document, string? member)
    {
        using var parsed = JsonDocument.Parse(document);
        var list = member is null ? parsed.RootElement : parsed.RootElement.GetProperty(member);
        foreach (var item in list.EnumerateArray())
        {
            item.WriteTo(json);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4101, LogLevel.Warning, "The response of request {RequestId} has {Size} bytes and is not kept: the most is {Largest}.")]
        public static partial void TooLarge(ILogger logger, string requestId, int size, int largest);

        [LoggerMessage(4102, LogLevel.Error, "The response of request {RequestId} could not be kept: {Reason}")]
        public static partial void NotKept(ILogger logger, string requestId, string reason);
    }
}
