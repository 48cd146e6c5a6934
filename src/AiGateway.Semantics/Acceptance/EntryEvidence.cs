namespace AiGateway.Semantics.Acceptance;

/// <summary>What checks and feedback have said of one cached entry: the local part of the model. Lies with the entry.</summary>
/// <param name="Right">Checks in which its answer was right.</param>
/// <param name="Wrong">Checks in which it was wrong.</param>
internal readonly record struct EntryEvidence(ushort Right, ushort Wrong)
{
    /// <summary>How many checks of its own an entry needs until they weigh as much as what all entries have taught.</summary>
    internal const double PriorChecks = 3;

    /// <summary>Whether the entry draws questions that are not its own and should go: wrong twice, and more often than right.</summary>
    internal bool IsBad => Wrong >= 2 && Wrong > Right;

    internal EntryEvidence With(bool wrong) => wrong
        ? this with { Wrong = (ushort)Math.Min(Wrong + 1, ushort.MaxValue) }
        : this with { Right = (ushort)Math.Min(Right + 1, ushort.MaxValue) };

    /// <summary>The risk of a hit on this entry: the mean of a beta distribution around the model's estimate.</summary>
    internal double Blend(double risk) => (PriorChecks * risk + Wrong) / (PriorChecks + Right + Wrong);
}
