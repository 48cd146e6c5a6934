using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace AiGateway.Protocols.Batches;

/// <summary>Follows the body of Anthropic's <c>POST /v1/messages/batches</c>, in pieces cut anywhere, and finds where each of its requests names its model.</summary>
/// <remarks>
/// Source: <c>platform.claude.com/docs/en/api/creating-message-batches</c>. As with <see cref="BatchInput"/> what could be read
/// in two ways is refused. Memory is bounded by the longest text in the body, and so much again for the request that it stands
/// in. Not thread-safe.
/// </remarks>
/// <param name="longest">Longest single text (an image, a document) in bytes; a longer request is not looked into for what it asks for.</param>
/// <param name="mostRequests">Most requests.</param>
public sealed class MessageBatchInput(int longest, int mostRequests) : IDisposable
{
    private const int Outside = -1;

    private readonly List<ByteRange> _models = [];
    private readonly BatchMeasure _measure = new();
    private JsonReaderState _state;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
    private int _length;
    private int _readAt;
    private long _position;
    private ByteRange _found;

    // The params that are being read: what is kept of them, how long they are up to now, and where in the buffer they go on.
    private byte[] _params = [];
    private long _paramsLength;
    private int _paramsAt = Outside;
    private Place _place;
    private bool _hasRequests;
    private bool _hasParams;
    private bool _hasModel;

    private enum Place
    {
        Elsewhere,
        Requests,
        Params,
        Model,
    }

    /// <summary>The model that all requests name; null before the first.</summary>
    public string? Model { get; private set; }

    /// <summary>Where they name it, quotes included, in order.</summary>
    public IReadOnlyList<ByteRange> Models => _models;

    /// <summary>What the requests ask for together.</summary>
    public BatchVolume Volume => _measure.Volume;

    /// <summary>What is wrong with the body; null while nothing is.</summary>
    public string? Defect { get; private set; }

    /// <summary>The member at fault; null where that is the body as a whole.</summary>
    public string? Param { get; private set; }

    private string Current => string.Create(CultureInfo.InvariantCulture, $"requests.{_models.Count}");

    /// <summary>Follows the next piece.</summary>
    public void Append(ReadOnlySpan<byte> piece)
    {
        if (Defect is not null)
            return;
        if (_length + piece.Length > _buffer.Length)
        {
            if (_length > longest)
            {
                Fail(string.Create(CultureInfo.InvariantCulture, $"A text in the body is longer than {longest} bytes."), null);
                return;
            }
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_length + piece.Length, 2 * _buffer.Length));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        piece.CopyTo(_buffer.AsSpan(_length));
        _length += piece.Length;
        if (_length >= _readAt)
            Read(isLast: false);
    }

    /// <summary>The body has ended.</summary>
    public void Finish()
    {
        if (Defect is null)
            Read(isLast: true);
        if (Defect is null && _models.Count == 0)
            Fail("'requests' must hold at least one request.", "requests");
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        if (_params.Length > 0)
            ArrayPool<byte>.Shared.Return(_params);
        (_buffer, _params) = ([], []);
    }

    private void Read(bool isLast)
    {
        var reader = new Utf8JsonReader(_buffer.AsSpan(0, _length), isLast, _state);
        try
        {
            while (Defect is null && reader.Read())
                Take(ref reader);
        }
        catch (Exception exception) when (JsonBody.IsDefect(exception))
        {
            Fail("The body is not valid JSON: " + exception.Message, null);
            return;
        }
        _state = reader.CurrentState;
        var consumed = (int)reader.BytesConsumed;
        if (_paramsAt != Outside)
        {
            KeepParams(consumed);
            _paramsAt = 0;
        }
        _buffer.AsSpan(consumed, _length - consumed).CopyTo(_buffer);
        _length -= consumed;
        _position += consumed;
        // A long text is begun anew with each piece: only when it has doubled, so that it costs no more than twice its length.
        _readAt = 2 * _length;
    }

    private void Take(ref Utf8JsonReader reader)
    {
        var depth = reader.CurrentDepth;
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName when depth == 1:
                _place = reader.ValueTextEquals("requests"u8) ? Place.Requests : Place.Elsewhere;
                Once(_place == Place.Requests, ref _hasRequests, "requests");
                break;
            case JsonTokenType.PropertyName when depth == 3 && _place != Place.Elsewhere:
                _place = reader.ValueTextEquals("params"u8) ? Place.Params : Place.Requests;
                Once(_place == Place.Params, ref _hasParams, $"{Current}.params");
                break;
            case JsonTokenType.PropertyName when depth == 4 && _place is Place.Params or Place.Model:
                _place = reader.ValueTextEquals("model"u8) ? Place.Model : Place.Params;
                Once(_place == Place.Model, ref _hasModel, $"{Current}.params.model");
                break;
            case JsonTokenType.String when depth == 4 && _place == Place.Model:
                TakeModel(ref reader);
                _place = Place.Params;
                break;
            case JsonTokenType.StartObject when depth == 3 && _place == Place.Params:
                (_paramsAt, _paramsLength) = ((int)reader.TokenStartIndex, 0);
                break;
            case JsonTokenType.EndObject when depth == 3 && _paramsAt != Outside:
                KeepParams((int)reader.BytesConsumed);
                Measure();
                break;
            case JsonTokenType.StartObject when depth == 2 && _place == Place.Requests:
                _hasParams = _hasModel = false;
                break;
            case JsonTokenType.EndObject when depth == 2 && _place != Place.Elsewhere:
                if (!_hasModel)
                    Fail($"{Current}.params.model: Field required", $"{Current}.params.model");
                else
                    Fit();
                _place = Place.Requests;
                break;
            default:
                CheckShape(ref reader, depth);
                break;
        }
    }

    // A model that is no string would leave a request unchecked; all other shapes are the provider's to judge.
    private void CheckShape(ref Utf8JsonReader reader, int depth)
    {
        if (depth == 4 && _place == Place.Model && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
            Fail($"{Current}.params.model: Input should be a valid string", $"{Current}.params.model");
        else if (depth == 0 && reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.EndObject))
            Fail("The body must be a JSON object.", null);
        else if (depth == 2 && _place == Place.Requests && reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.EndObject))
            Fail("'requests' must be a list of objects.", "requests");
    }

    private void TakeModel(ref Utf8JsonReader reader)
    {
        var model = reader.GetString();
        if (Model is not null && model != Model)
        {
            Fail($"{Current}.params.model is '{model}', and that of an earlier request '{Model}'. All requests of a batch are for one model here: create a batch for each.", $"{Current}.params.model");
            return;
        }
        Model = model;
        _found = new ByteRange((int)(_position + reader.TokenStartIndex), (int)(reader.BytesConsumed - reader.TokenStartIndex));
    }

    private void KeepParams(int end)
    {
        var piece = _buffer.AsSpan(_paramsAt, end - _paramsAt);
        var length = _paramsLength + piece.Length;
        if (length <= longest)
        {
            if (length > _params.Length)
            {
                var larger = ArrayPool<byte>.Shared.Rent((int)Math.Max(length, 2L * _params.Length));
                _params.AsSpan(0, (int)_paramsLength).CopyTo(larger);
                if (_params.Length > 0)
                    ArrayPool<byte>.Shared.Return(_params);
                _params = larger;
            }
            piece.CopyTo(_params.AsSpan((int)_paramsLength));
        }
        _paramsLength = length;
    }

    private void Measure()
    {
        if (_paramsLength <= longest)
            _measure.Add(Operation.Messages, _params.AsSpan(0, (int)_paramsLength));
        else
            _measure.AddUnread(_paramsLength);
        _paramsAt = Outside;
    }

    private void Fit()
    {
        if (_models.Count == mostRequests)
            Fail(string.Create(CultureInfo.InvariantCulture, $"'requests' has more than {mostRequests} requests."), "requests");
        else
            _models.Add(_found);
    }

    private void Once(bool isIt, ref bool seen, string name)
    {
        if (isIt && seen)
            Fail($"'{name}' is there twice.", name);
        seen |= isIt;
    }

    private void Fail(string defect, string? param)
    {
        if (Defect is null)
            (Defect, Param) = (defect, param);
    }
}
