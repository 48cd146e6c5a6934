using System.Buffers;
using System.Text;
using AiGateway.Protocols;
using AiGateway.Protocols.Batches;
using Microsoft.AspNetCore.Http.Features;

namespace AiGateway.Pipeline;

/// <summary>Reads requests for files and batches: opens the ids, checks which model the requests inside are for, and finds what has to be replaced.</summary>
/// <remarks>A batch is another way to a model: whoever may not use it by a request must not reach it by a file of requests, his own or a colleague's.</remarks>
internal sealed class ObjectRequestReader(ObjectIds ids, IObjectStore store)
{
    private const int CopyBufferSize = 64 * 1024;

    // Anthropic's own bound (platform.claude.com/docs/en/build-with-claude/batch-processing#batch-limitations).
    private const int MostMessages = 100_000;

    /// <summary>The request; null when it has been rejected.</summary>
    /// <exception cref="BadHttpRequestException">The body is too large or cannot be read.</exception>
    public async ValueTask<GatewayRequest?> ReadAsync(HttpContext context, Exchange exchange, OperationPath match)
    {
        var operation = ChatDialects.IsAnthropicFile(context.Request) ? Operation.MessageFiles : match.Operation;
        if (match.ObjectId.Length > 0)
        {
            return await ReadOfOneAsync(context, exchange, match, operation);
        }
        if (!HeaderText.IsPlain(context.Request.ContentType) || !BodyReader.Understands(context.Request.Headers.ContentEncoding.ToString()))
        {
            exchange.Reject(RejectionReason.UnsupportedMediaType, "The request's Content-Type or Content-Encoding is not understood. Send the body plain, or as gzip or br.");
            return null;
        }
        return operation switch
        {
            Operation.Batches => await ReadBatchAsync(context, exchange),
            Operation.MessageBatches => await ReadMessageBatchAsync(context, exchange),
            _ => await ReadUploadAsync(context, exchange, operation, match.PathModel),
        };
    }

    /// <summary>The files of <paramref name="tenant"/> among those that a conversation names; an id that is not ours is the provider's to judge.</summary>
    public List<(ByteRange Range, StoredObject File)> OpenFiles(ReadOnlySpan<byte> body, IReadOnlyList<ByteRange> named, string tenant)
    {
        var files = new List<(ByteRange, StoredObject)>();
        foreach (var range in named)
        {
            var id = Encoding.UTF8.GetString(range.Of(body)[1..^1]);
            var operation = id.StartsWith(ObjectPaths.PrefixOf(Operation.Files), StringComparison.Ordinal) ? Operation.Files : Operation.MessageFiles;
            if (ids.Open(ObjectPaths.PrefixOf(operation), id, tenant) is { Model: not null } file)
            {
                files.Add((range, file));
            }
        }
        return files;
    }

    private async ValueTask<GatewayRequest?> ReadOfOneAsync(HttpContext context, Exchange exchange, OperationPath match, Operation operation)
    {
        if (ids.Open(ObjectPaths.PrefixOf(operation), match.ObjectId, exchange.Caller.Tenant) is not { Model: { } model } stored)
        {
            exchange.Reject(ObjectPaths.NotFound(operation, match.ObjectId));
            return null;
        }
        if (HttpMethods.IsDelete(context.Request.Method) && stored.BatchOf(operation) is { } batch && !await IsBilledAsync(exchange, batch, context.RequestAborted))
        {
            return null;
        }
        return new GatewayRequest
        {
            Operation = operation,
            Model = model,
            Facts = RequestReaderMiddleware.NoFacts,
            StoredObject = stored,
            StoredObjectSuffix = match.ObjectSuffix,
            Objects = new ObjectRequest
            {
                Action = match.ObjectSuffix switch
                {
                    "/cancel" => ObjectAction.Cancel,
                    "/content" or "/results" => ObjectAction.Content,
                    _ => HttpMethods.IsDelete(context.Request.Method) ? ObjectAction.Delete : ObjectAction.Retrieve,
                },
            },
            Tags = RequestReaderMiddleware.ReadTags(context.Request.Headers),
            Timeout = RequestReaderMiddleware.ReadTimeout(context.Request.Headers),
        };
    }

    /// <summary>Whether the cost of a batch is recorded; a result that nobody has read is the only thing that tells it, and is not to be deleted.</summary>
    private async ValueTask<bool> IsBilledAsync(Exchange exchange, StoredObject batch, CancellationToken cancellationToken)
    {
        try
        {
            if (await store.IsBilledAsync(batch, cancellationToken))
            {
                return true;
            }
            exchange.Reject(new Rejection(RejectionReason.MalformedRequest, "The batch's result has not been read to its end, so its cost is not recorded yet. Read the result, then delete it.", "id") { Code = "result_not_read" });
        }
        catch (StoreException)
        {
            exchange.Reject(new Rejection(RejectionReason.ObjectStoreUnavailable, "The gateway's list of files and batches cannot be read at the moment, so nothing of a batch is deleted. Try again.") { RetryAfter = TimeSpan.FromSeconds(5) });
        }
        return false;
    }

    private static async ValueTask<GatewayRequest?> ReadUploadAsync(HttpContext context, Exchange exchange, Operation operation, string? pathModel)
    {
        var contentType = context.Request.ContentType;
        if (contentType is null || !contentType.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            exchange.Reject(RejectionReason.UnsupportedMediaType, "This endpoint takes multipart/form-data.");
            return null;
        }
        var body = await ReadBodyAsync(context, exchange, operation, exchange.Snapshot.BodyLimits.Memory);
        var (upload, error) = await FileUpload.ReadAsync(body, contentType, LongestText(exchange), context.RequestAborted);
        if (error is not null)
        {
            exchange.Reject(new Rejection(RejectionReason.MalformedRequest, error.Message, error.Param) { Code = error.Code });
            return null;
        }
        var named = pathModel ?? upload.NamedModel ?? FileTargets.OfHeader(context.Request);
        if (upload.RequestsModel is { } requests && named is not null && named != requests)
        {
            exchange.Reject(RejectionReason.MalformedRequest, $"The requests of the file are for the model '{requests}', and the upload names '{named}'. Name the same, or leave it out.", "model");
            return null;
        }
        if ((named ?? upload.RequestsModel ?? FileTargets.Default(exchange, operation)) is not { } model)
        {
            exchange.Reject(RejectionReason.MalformedRequest, "Which model's provider is the file for? Say so in a form field 'model' (extra_body={\"model\": …}) or in the header x-gateway-model; files for batches name it on each line. The platform team can set a default (files.aliases).", "model");
            return null;
        }
        return Created(context, exchange, operation, model, body, contentType, new ObjectRequest
        {
            Action = ObjectAction.Create,
            Model = upload.RequestsModel ?? "",
            Volume = upload.Volume,
            Models = upload.Models,
            Removed = upload.Removed,
        });
    }

    private async ValueTask<GatewayRequest?> ReadBatchAsync(HttpContext context, Exchange exchange)
    {
        var body = await ReadBodyAsync(context, exchange, Operation.Batches, int.MaxValue);
        if (BatchCreation.Read(body.Memory.Span, out var range, out var fileId) is { } defect)
        {
            exchange.Reject(RejectionReason.MalformedRequest, defect, range.Exists ? null : "input_file_id");
            return null;
        }
        if (ids.Open(ObjectPaths.PrefixOf(Operation.Files), fileId, exchange.Caller.Tenant) is not { Model: { } model } file)
        {
            exchange.Reject(ObjectPaths.NotFound(Operation.Files, fileId, "input_file_id"));
            return null;
        }
        if (model.Length == 0 || file.Batch.Length > 0)
        {
            exchange.Reject(RejectionReason.MalformedRequest, "The file was not uploaded for batches, so nobody checked its requests. Upload it with purpose 'batch'.", "input_file_id");
            return null;
        }
        if (exchange.Snapshot.Aliases.Find(model) is not { } alias)
        {
            exchange.Reject(RejectionReason.UnknownModel, $"The requests of the file are for the model '{model}', which is no longer served.", "input_file_id");
            return null;
        }
        if (!exchange.Caller.MayUse(alias, model))
        {
            exchange.Reject(RejectionReason.ModelNotAllowed, $"The requests of the file are for the model '{model}', which this key may not use. Ask the platform team for access.", "input_file_id");
            return null;
        }
        return Created(context, exchange, Operation.Batches, model, body, "application/json", new ObjectRequest { Action = ObjectAction.Create, Model = model, Volume = file.Volume, InputFile = range }, file);
    }

    private static async ValueTask<GatewayRequest?> ReadMessageBatchAsync(HttpContext context, Exchange exchange)
    {
        var body = await ReadBodyAsync(context, exchange, Operation.MessageBatches, exchange.Snapshot.BodyLimits.Memory);
        using var input = new MessageBatchInput(LongestText(exchange), MostMessages);
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBufferSize);
        try
        {
            for (var position = 0L; position < body.Length && input.Defect is null;)
            {
                var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, body.Length - position));
                await body.ReadAsync(part, position, context.RequestAborted);
                input.Append(part.Span);
                position += part.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        input.Finish();
        if (input.Defect is { } defect)
        {
            exchange.Reject(RejectionReason.MalformedRequest, defect, input.Param);
            return null;
        }
        var model = input.Model!;
        return Created(context, exchange, Operation.MessageBatches, model, body, "application/json", new ObjectRequest { Action = ObjectAction.Create, Model = model, Volume = input.Volume, Models = input.Models });
    }

    private static GatewayRequest? Created(
        HttpContext context, Exchange exchange, Operation operation, string model, RequestBody body, string contentType, ObjectRequest asked, StoredObject? file = null)
    {
        if ((model.Length == 0 ? "The model name is empty." : ModelName.DefectOf(model)) is { } defect)
        {
            exchange.Reject(RejectionReason.MalformedRequest, defect, "model");
            return null;
        }
        return new GatewayRequest
        {
            Operation = operation,
            Model = model,
            Body = body,
            Facts = RequestReaderMiddleware.NoFacts,
            ContentType = contentType,
            StoredObject = file,
            Objects = asked,
            Tags = RequestReaderMiddleware.ReadTags(context.Request.Headers),
            Timeout = RequestReaderMiddleware.ReadTimeout(context.Request.Headers),
        };
    }

    private static async ValueTask<RequestBody> ReadBodyAsync(HttpContext context, Exchange exchange, Operation operation, int memory)
    {
        var limit = BodyLimits.For(operation, exchange.Snapshot.BodyLimits);
        if (context.Request.ContentLength > limit)
        {
            throw new BadHttpRequestException("The body is too large.", StatusCodes.Status413PayloadTooLarge);
        }
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } maximum)
        {
            maximum.MaxRequestBodySize = limit;
        }
        var body = await BodyReader.ReadAsync(context, limit, memory);
        exchange.Own(body);
        return body;
    }

    /// <summary>A request in a file may be as large as one that is sent by itself.</summary>
    private static int LongestText(Exchange exchange) => (int)exchange.Snapshot.BodyLimits.Json;
}
