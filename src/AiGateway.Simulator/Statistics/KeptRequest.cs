using System.Text.Json;
using Microsoft.Extensions.Primitives;

namespace AiGateway.Simulator.Statistics;

/// <summary>The last request, kept so that a test can look at what arrived.</summary>
internal sealed class KeptRequest
{
    // Enough for a test to look at; a 100 MB upload is not held on to.
    private const int MaxBodyBytes = 1024 * 1024;

    private readonly string _method;
    private readonly string _path;
    private readonly string _query;
    private readonly KeyValuePair<string, StringValues>[] _headers;
    private readonly byte[] _body;
    private readonly int _bodyLength;

    public KeptRequest(HttpRequest request, ReadOnlySpan<byte> body)
    {
        _method = request.Method;
        _path = request.Path.Value ?? "";
        _query = request.QueryString.Value ?? "";
        _headers = new KeyValuePair<string, StringValues>[request.Headers.Count];
        var index = 0;
        foreach (var header in request.Headers)
            _headers[index++] = header;
        _bodyLength = body.Length;
        _body = body[..Math.Min(body.Length, MaxBodyBytes)].ToArray();
    }

    /// <summary>Writes <c>body</c> (the JSON value, when it is one), <c>body_text</c> or, when it is not UTF-8, only <c>body_base64</c>.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("method"u8, _method);
        json.WriteString("path"u8, _path);
        json.WriteString("query"u8, _query);
        json.WriteStartObject("headers"u8);
        foreach (var (name, value) in _headers)
            json.WriteString(name.ToLowerInvariant(), value.ToString());
        json.WriteEndObject();
        json.WriteNumber("body_bytes"u8, _bodyLength);
        WriteBody(json);
        json.WriteEndObject();
    }

    private void WriteBody(Utf8JsonWriter json)
    {
        var reader = new Utf8JsonReader(_body);
        try
        {
            if (JsonDocument.TryParseValue(ref reader, out var document))
            {
                using (document)
                {
                    json.WritePropertyName("body"u8);
                    document.RootElement.WriteTo(json);
                }
            }
        }
        catch (JsonException)
        {
            // Not JSON: the text below shows what it is.
        }
        if (System.Text.Unicode.Utf8.IsValid(_body))
            json.WriteString("body_text"u8, _body);
        json.WriteBase64String("body_base64"u8, _body);
    }
}
