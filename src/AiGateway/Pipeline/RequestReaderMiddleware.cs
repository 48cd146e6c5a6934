using System.Globalization;
using AiGateway.Protocols;
using AiGateway.Protocols.OpenAI;
using Microsoft.AspNetCore.Http.Features;

namespace AiGateway.Pipeline;

/// <summary>Reads the body (bounded, pooled) and scans it once.</summary>
internal sealed class RequestReaderMiddleware(RequestDelegate next, ObjectIds objectIds, IConversationStore conversations, IObjectStore objects)
{
    private const string Form = "multipart/form-data";
    private const string ResponsePrefix = "resp_";
    private const int MostTags = 16;
    private const int LongestTag = 256;

    /// <summary>Of a request without a body.</summary>
    public static readonly RequestFacts NoFacts = RequestFacts.ForForm(null, ByteRange.None, false);

    private readonly ObjectRequestReader _objects = new(objectIds, objects);

    public Task InvokeAsync(HttpContext context)
    {
        var exchange = context.GetExchange();
        var path = context.Request.Path.Value ?? "/";
        if (!OperationTable.TryMatch(path, out var match))
        {
            exchange.Reject(RejectionReason.UnknownPath, $"Unknown request URL: {context.Request.Method} {Shorten(path)}. Please check the URL for typos.");
            return Task.CompletedTask;
        }
        if (!match.Takes(context.Request.Method))
        {
            context.Response.Headers.Allow = match.Methods.Replace(" or ", ", ", StringComparison.Ordinal);
            exchange.Reject(RejectionReason.WrongMethod, $"Not allowed to {context.Request.Method} on {Shorten(path)}. It takes {match.Methods}.");
            return Task.CompletedTask;
        }
        return match.Operation switch
        {
            Operation.Native => ReadNativeAsync(context, exchange),
            Operation.Realtime => ReadRealtimeAsync(context, exchange, match),
            Operation.StoredResponse => ReadStoredAsync(context, exchange, match),
            Operation.Files or Operation.Batches or Operation.MessageBatches => ReadObjectAsync(context, exchange, match),
            _ => ReadAsync(context, exchange, match),
        };
    }

    private async Task ReadAsync(HttpContext context, Exchange exchange, OperationPath match)
    {
        var request = context.Request;
        var contentType = request.ContentType;
        var isForm = contentType is not null && contentType.StartsWith(Form, StringComparison.OrdinalIgnoreCase);
        if (!TypeFits(match.Operation, contentType, isForm) || !HeaderText.IsPlain(contentType))
        {
            exchange.Reject(RejectionReason.UnsupportedMediaType, match.Operation is Operation.Transcriptions or Operation.Translations or Operation.ImageVariations
                ? $"This endpoint takes {Form}." : "This endpoint takes application/json. Send the header Content-Type: application/json (curl -d alone says it is a form).");
            return;
        }
        if (!BodyReader.Understands(request.Headers.ContentEncoding.ToString()))
        {
            exchange.Reject(RejectionReason.UnsupportedMediaType, "The request's Content-Encoding is not understood. Send the body plain, or as gzip or br.");
            return;
        }

        var limits = exchange.Snapshot.BodyLimits;
        var limit = BodyLimits.For(match.Operation, limits);
        if (request.ContentLength > limit)
        {
            throw new BadHttpRequestException("The body is too large.", StatusCodes.Status413PayloadTooLarge);
        }
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } maximum)
        {
            maximum.MaxRequestBodySize = limit;
        }
        var body = await BodyReader.ReadAsync(context, limit, isForm ? limits.Memory : int.MaxValue);
        exchange.Own(body);

        RequestFacts facts;
        RequestScanError? error;
        if (isForm)
        {
            (facts, error) = await MultipartFields.ReadAsync(body, contentType!, context.RequestAborted);
        }
        else
        {
            error = RequestScanner.Scan(match.Operation, body.Memory.Span, out facts, match.Streams, match.Form != CallerForm.OpenAI);
        }
        if (error is not null)
        {
            exchange.Reject(new Rejection(RejectionReason.MalformedRequest, error.Message, error.Param) { Code = error.Code });
            return;
        }
        if ((match.PathModel ?? facts.Model) is not { Length: > 0 } model)
        {
            exchange.Reject(RejectionReason.MalformedRequest, "You must provide a model parameter. GET /v1/models lists what this key may use.", "model");
            return;
        }
        if (ModelName.DefectOf(model) is { } defect)
        {
            exchange.Reject(RejectionReason.MalformedRequest, defect, "model");
            return;
        }
        if (!TryOpenPrevious(exchange, body, facts, model, out var previous))
        {
            return;
        }

        exchange.Request = new GatewayRequest
        {
            Operation = match.Operation,
            Form = match.Form,
            Model = model,
            Body = body,
            Facts = facts,
            ContentType = contentType ?? "application/json",
            StreamsAsArray = match.Streams && request.Query["alt"] != "sse",
            StoredObject = previous,
            Files = facts.FileIds.Count == 0 ? [] : _objects.OpenFiles(body.Memory.Span, facts.FileIds, exchange.Caller.Tenant),
            Tags = ReadTags(request.Headers),
            Timeout = ReadTimeout(request.Headers),
        };
        await GoOnAsync(context, exchange, needsTags: true);
    }

    private async Task ReadNativeAsync(HttpContext context, Exchange exchange)
    {
        exchange.Request = await NativeRequestReader.ReadAsync(context, exchange);
        if (exchange.Request is not null)
        {
            await GoOnAsync(context, exchange, needsTags: !IsRead(context));
        }
    }

    private async Task ReadObjectAsync(HttpContext context, Exchange exchange, OperationPath match)
    {
        exchange.Request = await _objects.ReadAsync(context, exchange, match);
        if (exchange.Request is not null)
        {
            await GoOnAsync(context, exchange, needsTags: !IsRead(context));
        }
    }

    private Task ReadRealtimeAsync(HttpContext context, Exchange exchange, OperationPath match)
    {
        exchange.Request = RealtimeRequestReader.Read(context, exchange, match);
        return exchange.Request is null ? Task.CompletedTask : GoOnAsync(context, exchange, needsTags: true);
    }

    private Task ReadStoredAsync(HttpContext context, Exchange exchange, OperationPath match)
    {
        var stored = objectIds.Open(ResponsePrefix, match.ObjectId, exchange.Caller.Tenant);
        if (stored is null)
        {
            exchange.Reject(RejectionReason.UnknownObject, $"Response with id '{Shorten(match.ObjectId)}' not found.", "response_id");
            return Task.CompletedTask;
        }
        exchange.Request = new GatewayRequest
        {
            Operation = Operation.StoredResponse,
            Model = "",
            Facts = NoFacts,
            StoredObject = stored,
            StoredObjectSuffix = match.ObjectSuffix + StoredResponseQuery.Filter(context.Request.QueryString.Value),
            Tags = ReadTags(context.Request.Headers),
            Timeout = ReadTimeout(context.Request.Headers),
        };
        return GoOnAsync(context, exchange, needsTags: false);
    }

    /// <summary>The last step of each: the request's tags.</summary>
    private Task GoOnAsync(HttpContext context, Exchange exchange, bool needsTags)
    {
        if (TagCheck.Run(exchange, needsTags && exchange.OwnCall is null) is { } rejection)
        {
            exchange.Reject(rejection);
            return Task.CompletedTask;
        }
        return next(context);
    }

    // Looking at something, or taking it away, costs nothing that would have to be charged to anybody.
    private static bool IsRead(HttpContext context) => !HttpMethods.IsPost(context.Request.Method) && !HttpMethods.IsPut(context.Request.Method);

    private bool TryOpenPrevious(Exchange exchange, RequestBody body, RequestFacts facts, string model, out StoredObject? previous)
    {
        previous = null;
        if (!facts.PreviousResponseIdValue.Exists)
        {
            return true;
        }
        var quoted = facts.PreviousResponseIdValue.Of(body.Memory.Span);
        if (quoted.SequenceEqual("null"u8))
        {
            return true;
        }
        var id = System.Text.Encoding.UTF8.GetString(quoted[1..^1]);
        previous = objectIds.Open(ResponsePrefix, id, exchange.Caller.Tenant);
        if (previous is null)
        {
            exchange.Reject(!conversations.IsOn && PreviousResponses.NobodyKeeps(exchange, model) ? PreviousResponses.NotKept(model) : PreviousResponses.NotFound(Shorten(id)));
        }
        return previous is not null;
    }

    private static bool TypeFits(Operation operation, string? contentType, bool isForm) => operation switch
    {
        Operation.Transcriptions or Operation.Translations or Operation.ImageVariations => isForm,
        Operation.ImageEdits => isForm || IsJson(contentType),
        _ => IsJson(contentType),
    };

    /// <summary>A body without a type is taken for JSON. One that says it is a form is not: web pages may send those anywhere without being asked (CORS).</summary>
    private static bool IsJson(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType))
        {
            return true;
        }
        var type = contentType.AsSpan();
        var semicolon = type.IndexOf(';');
        type = (semicolon < 0 ? type : type[..semicolon]).Trim();
        return type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Reads <c>x-gateway-tags: name=value,name=value</c>; what is no pair, too long or too many is left out.</summary>
    public static KeyValuePair<string, string>[] ReadTags(IHeaderDictionary headers)
    {
        if (!headers.TryGetValue("x-gateway-tags", out var values) || values.ToString() is not { Length: > 0 } text)
        {
            return [];
        }
        var tags = new List<KeyValuePair<string, string>>();
        foreach (var range in text.AsSpan().Split(','))
        {
            var pair = text.AsSpan(range).Trim();
            var equals = pair.IndexOf('=');
            if (equals > 0 && pair.Length <= LongestTag && tags.Count < MostTags)
            {
                tags.Add(new(pair[..equals].Trim().ToString(), pair[(equals + 1)..].Trim().ToString()));
            }
        }
        return [.. tags];
    }

    /// <summary>Reads <c>x-gateway-timeout-ms</c>; null when it is absent or no positive number.</summary>
    public static TimeSpan? ReadTimeout(IHeaderDictionary headers) =>
        headers.TryGetValue("x-gateway-timeout-ms", out var values)
        && int.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds > 0
            ? TimeSpan.FromMilliseconds(milliseconds) : null;

    private static string Shorten(string text) => text.Length <= 100 ? text : string.Concat(text.AsSpan(0, 100), "…");
}
