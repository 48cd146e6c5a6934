using System.Globalization;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Batches;

namespace AiGateway.Forwarding;

/// <summary>Adds up what the lines of a batch's result say while they pass by. Each is priced for itself, as the provider does: a long prompt costs more by the token.</summary>
internal sealed class BatchMeter : IDisposable
{
    private readonly BatchSettlement _settlement;
    private readonly Exchange _exchange;
    private readonly DeploymentModel _deployment;
    private readonly StoredObject _batch;
    private readonly OwnedObject? _row;
    private readonly BatchOutput _lines;
    private Usage? _usage;
    private Cost? _cost;
    private string? _model;
    private long _answered;
    private long _failed;
    private long _unknown;

    /// <param name="settlement">Takes the total.</param>
    /// <param name="exchange">The request that reads the result.</param>
    /// <param name="deployment">Where the batch ran.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="row">Who made it, and when; null when that is not known.</param>
    public BatchMeter(BatchSettlement settlement, Exchange exchange, DeploymentModel deployment, StoredObject batch, OwnedObject? row)
    {
        (_settlement, _exchange, _deployment, _batch, _row) = (settlement, exchange, deployment, batch, row);
        _lines = new BatchOutput(exchange.Request!.Operation == Operation.MessageBatches, deployment.Provider.Preset.UsageRules, Add);
    }

    /// <summary>Follows the next piece of the result, cut anywhere.</summary>
    public void Append(ReadOnlySpan<byte> piece) => _lines.Append(piece);

    /// <summary>The result has been read to its end: records the total, unless somebody else has.</summary>
    public ValueTask FinishAsync()
    {
        _lines.Finish();
        if (_answered + _failed == 0)
        {
            return ValueTask.CompletedTask;
        }
        var usage = _usage ?? new Usage { Requests = 0 };
        var cost = _unknown > 0
            ? Cost.Unknown(string.Create(CultureInfo.InvariantCulture, $"{_unknown} of the batch's results do not say what they consumed"))
            : _cost ?? _settlement.CostOf(_exchange, _deployment, _batch, null, usage, _row);
        return _settlement.RecordAsync(_exchange, _deployment, _batch, _row, new BatchTotal(usage, cost, _answered, _failed, _model));
    }

    public void Dispose() => _lines.Dispose();

    private void Add(BatchResult result)
    {
        if (result.Failed)
        {
            _failed++;
            return;
        }
        _answered++;
        _model ??= result.Model;
        if (result.Usage is not { } usage)
        {
            _unknown++;
            return;
        }
        var cost = _settlement.CostOf(_exchange, _deployment, _batch, result.Model, usage, _row);
        _usage = _usage is null ? usage : _usage.Plus(usage);
        _cost = _cost is null ? cost : _cost.Plus(cost);
    }
}
