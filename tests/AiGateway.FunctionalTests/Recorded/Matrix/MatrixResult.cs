using AiGateway.Protocols.Chat;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Recorded.Matrix;

/// <summary>What came of one recorded conversation that was answered to a client of one dialect.</summary>
internal sealed class MatrixResult(RecordedExchange exchange, Dialect client)
{
    private readonly List<MatrixCheck> _checks = [];

    /// <summary>The recording.</summary>
    public RecordedExchange Exchange { get; } = exchange;

    /// <summary>The client's dialect.</summary>
    public Dialect Client { get; } = client;

    /// <summary>What was compared.</summary>
    public IReadOnlyList<MatrixCheck> Checks => _checks;

    /// <summary>True when all of what an answer must keep was equal.</summary>
    public bool Holds => _checks.Count > 0 && _checks.TrueForAll(static check => check.Holds || !MatrixTable.Core.Contains(check.Feature, StringComparer.Ordinal));

    /// <summary>How it was streamed: <c>whole</c>, <c>stream</c> or <c>error</c>.</summary>
    public string Mode => Exchange.Status >= 400 ? "error" : Exchange.Stream ? "stream" : "whole";

    /// <summary>Notes a comparison.</summary>
    public void Check(string feature, bool holds, string detail = "") => _checks.Add(new MatrixCheck(feature, holds, detail));

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Exchange.Id} to {Client}: {string.Join("; ", _checks.Where(static check => !check.Holds).Select(static check => $"{check.Feature}: {check.Detail}"))}";
}

/// <summary>One comparison.</summary>
/// <param name="Feature">What was compared.</param>
/// <param name="Holds">Whether it was equal.</param>
/// <param name="Detail">What was not.</param>
internal sealed record MatrixCheck(string Feature, bool Holds, string Detail);
