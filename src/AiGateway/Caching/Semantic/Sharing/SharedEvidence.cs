using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AiGateway.Semantics.Acceptance;

namespace AiGateway.Caching.Semantic.Sharing;

/// <summary>Keeps one alias's evidence the same on all nodes, by way of a log that all of them read in one order.</summary>
/// <remarks>
/// <para>What a node sees goes into the log, and it learns of it when it reads it there, like of any other's. So all nodes stand on the same row of checks,
/// some a little behind: a limit that holds at every moment of that row holds on each of them, and evidence that is dropped upon an alarm is dropped
/// by all at the same place. Merging what nodes had learnt apart would give each of them a row, and a chance to err, of its own.</para>
/// <para>A node that comes takes over the state beside the log and what follows it; the first one makes its own state that. Who cannot reach the log is
/// alone after a few tries: it goes on from where it stands with what it sees itself, keeps that for the log, and when the log is back drops its own
/// state for the log's. Alone, it can stop serving by itself; that it did is told to the others.</para>
/// Not for many threads.
/// </remarks>
internal sealed class SharedEvidence(AcceptanceModel model, string name, IEvidenceLog log, SemanticMetrics metrics)
{
    // Tries that fail before the node goes on alone: about as many seconds.
    private const int Patience = 3;

    // Newcomers read so many seconds of the log at most.
    private const int RunsBetweenStates = 60;

    private readonly string _writer = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private AcceptanceDelta? _sending;
    private long _number = 1;
    private string? _position;
    private int _failures;
    private int _runs;

    /// <summary>What learns.</summary>
    public AcceptanceModel Model => model;

    /// <summary>The log of an alias: those under another bound, of another embedder, another judge or another form of evidence are others.</summary>
    public static string NameOf(SemanticAlias alias) => string.Create(
        CultureInfo.InvariantCulture, $"{alias.Evidence.Embedder:x32}:{alias.Rule.MaxWrongHits:R}:{AcceptanceState.CurrentVersion}:{alias.Name}");

    /// <summary>Tells what there is to tell, and takes in what others told.</summary>
    public async Task RunAsync()
    {
        if (await TrySendAsync() && await (_position is null ? TryJoinAsync() : TryReadAsync()))
        {
            _failures = 0;
            return;
        }
        if (_position is not null && ++_failures >= Patience)
        {
            // What is on its way may have arrived or not; it is told again under its number.
            model.GoAlone(_sending);
            _position = null;
            metrics.Shared(EvidenceEvent.Alone);
        }
    }

    /// <summary>Tells what there is to tell.</summary>
    /// <returns>False when the log could not be asked.</returns>
    public async Task<bool> TrySendAsync()
    {
        _sending ??= model.TakeDelta() is { IsEmpty: false } delta ? delta : null;
        if (_sending is null)
        {
            return true;
        }
        if (!await log.AppendAsync(name, _writer, _number, JsonSerializer.SerializeToUtf8Bytes(_sending, AcceptanceJson.Default.AcceptanceDelta)))
        {
            return false;
        }
        _sending = null;
        _number++;
        metrics.Shared(EvidenceEvent.Sent);
        return true;
    }

    private async Task<bool> TryJoinAsync()
    {
        if (await log.ReadStateAsync(name) is not { } kept)
        {
            return false;
        }
        if (Parse(kept.Content, AcceptanceJson.Default.AcceptanceState) is { } state && model.TryFollow(state))
        {
            _position = kept.Position;
            metrics.Shared(EvidenceEvent.Joined);
            return await TryReadAsync();
        }
        // Whoever wrote what is there, it is no state of ours.
        var isThere = kept.Position is not null;
        if (isThere)
        {
            metrics.Shared(EvidenceEvent.Unreadable);
        }
        if (await log.LastAsync(name) is not { } last)
        {
            return false;
        }
        // What was told to the log by now, this node has learnt.
        var began = await log.OfferStateAsync(name, last, JsonSerializer.SerializeToUtf8Bytes(model.BeginLog(), AcceptanceJson.Default.AcceptanceState), replaces: isThere);
        if (began == true)
        {
            _position = last;
            metrics.Shared(EvidenceEvent.Joined);
            return true;
        }
        // Another node was first, and has the state to go on from.
        model.GoAlone(null);
        return began is not null;
    }

    private async Task<bool> TryReadAsync()
    {
        while (true)
        {
            if (await log.ReadAsync(name, _position!) is not { } pieces)
            {
                return false;
            }
            foreach (var piece in pieces)
            {
                var delta = Parse(piece.Content, AcceptanceJson.Default.AcceptanceDelta);
                metrics.Shared(delta is null ? EvidenceEvent.Unreadable : EvidenceEvent.Received);
                if (delta is not null)
                {
                    model.Apply(delta);
                }
                _position = piece.Position;
            }
            if (pieces.Count < log.MostPieces)
            {
                break;
            }
        }
        if (++_runs % RunsBetweenStates == 0)
        {
            await log.OfferStateAsync(name, _position!, JsonSerializer.SerializeToUtf8Bytes(model.Save(), AcceptanceJson.Default.AcceptanceState), replaces: true);
        }
        return true;
    }

    private static T? Parse<T>(byte[]? content, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return content is null ? null : JsonSerializer.Deserialize(content, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
