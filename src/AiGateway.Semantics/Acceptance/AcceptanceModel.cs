namespace AiGateway.Semantics.Acceptance;

/// <summary>
/// Decides which would-be hits are served, so that of those at most a given share is wrong. One for each (embedder, alias);
/// learns from checks, in which the cached answer is compared with the model's.
/// </summary>
/// <remarks>
/// <para>1. The <see cref="RiskScorer"/> gives each would-be hit a risk; what its entry has shown is blended in. The risk puts it into a band.</para>
/// <para>2. The hits up to a band are served only while the upper confidence limit of their wrong share is below the bound
/// (<see cref="RegionEvidence"/>). Three bands below the bound are candidates and share the 5 % (<see cref="ClosedTest"/>): one that has passed
/// leaves its share to the others, so the safest hits are served first.</para>
/// <para>3. Of trusted hits a share is checked, drawn blindly: ln 20 / (wrong hits that the bound still has room for), so that in a
/// world that turns wholly wrong a check says so, 19 times of 20, before the room is used up; nearly all after a check that was wrong, until some were right. What is not trusted is
/// asked upstream anyway, and judged for nothing.</para>
/// <para>4. On an alarm of the <see cref="DriftDetector"/> all evidence is dropped and nothing is served until there is new. Evidence also
/// ages: it is kept in two stretches, of which the older goes when the newer is full. Each beginning of evidence spends its own
/// part of the 5 %, so that all of them together spend no more.</para>
/// <para>5. Nodes that share evidence write what they see into a log that all of them read in the same order, and learn from nothing else: so
/// each of them stands somewhere on the same row of checks, for which the limit holds at every moment. A node without the log is alone, and learns
/// at once.</para>
/// <para>Many threads may decide; learning takes a lock.</para>
/// </remarks>
internal sealed class AcceptanceModel
{
    // Where the candidates lie, as multiples of the bound, and what they begin with of the 5 %. None lies above it: what is served is not to be made up
    // of hits that are nearly always right and others that are wrong more often than was asked for.
    private static readonly double[] Candidates = [0.35, 0.71, 1];
    private static readonly double[] Shares = [0.4, 0.4, 0.2];

    /// <summary>The chance that the upper limit ever fails while the world stands still.</summary>
    private const double Alpha = 0.05;

    // The share of trusted hits that is checked however sure the model is: what notices a drift.
    private const double MinCheckShare = 0.02;

    // Of the hits that are in no band only so many are judged: enough to find out that the scorer is wrong about them.
    private const double HopelessShare = 0.05;

    // What a node keeps for the others while it cannot reach them.
    private const int MaxUnshared = 2000;

    private readonly AcceptanceOptions _options;
    private readonly double _judgedBound;
    private readonly int[] _candidateBands;
    private readonly bool[] _passed;
    private readonly int _stretchChecks;
    private readonly RiskScorer _scorer;
    private readonly DriftDetector _drift;
    private readonly Lock _gate = new();
    private readonly long[] _newHits = new long[RiskBands.Count];
    private BandEvidence _older = new();
    private BandEvidence _newer = new();
    private readonly long[] _unsharedHits = new long[RiskBands.Count];
    private readonly Queue<CheckOutcome> _unsharedChecks = [];
    private int _beginnings = 1;
    private long _newServed;
    private long _served;
    private long _unsharedServed;
    private bool _unsharedBeginning;
    private bool _follows;
    private long _draws;
    private volatile ServingPolicy _policy;

    /// <param name="seed">Of the draws for checks.</param>
    internal AcceptanceModel(AcceptanceOptions options, ScorerPrior prior, long seed)
    {
        _options = options;
        _judgedBound = options.Judge.JudgedBound(options.MaxWrongHits);
        _candidateBands = [.. Candidates.Select(c => Math.Min(RiskBands.Of(c * _judgedBound * 0.999), RiskBands.Count - 1)).Distinct()];
        _passed = new bool[_candidateBands.Length];
        // Enough to tell three quarters of the bound from the bound; as it is only one stretch of two, evidence is never less than that.
        _stretchChecks = (int)Math.Ceiling(100 / _judgedBound);
        _scorer = new RiskScorer(prior);
        _drift = new DriftDetector(_judgedBound);
        _draws = seed;
        _policy = JudgeUnsynchronized();
    }

    /// <summary>What is served at the moment, and how often it is wrong.</summary>
    internal ServingPolicy Policy => _policy;

    /// <inheritdoc cref="ServingPolicy.UpperLimit"/>
    internal double UpperLimit => _policy.UpperLimit;

    /// <summary>Whether it learns from the log alone.</summary>
    internal bool Follows => Volatile.Read(ref _follows);

    /// <summary>The estimated chance that a hit is wrong, to choose among several entries.</summary>
    internal double Risk(in HitFeatures features, EntryEvidence entry) => entry.Blend(RiskScorer.Risk(_policy.Weights, features));

    /// <summary>Decides one would-be hit that no fact has vetoed.</summary>
    internal AcceptanceVerdict Decide(in HitFeatures features, EntryEvidence entry)
    {
        if (!features.IsFinite)
            return new AcceptanceVerdict(AcceptanceDecision.Miss, 1, false, features);

        var policy = _policy;
        var risk = entry.Blend(RiskScorer.Risk(policy.Weights, features));
        var band = RiskBands.Of(risk);
        var trusted = band <= policy.LastBand && !entry.IsBad;
        if (band < RiskBands.Count)
            Interlocked.Increment(ref _newHits[band]);

        if (Draw() < (trusted ? policy.CheckShare : band < RiskBands.Count ? 1 : HopelessShare))
            return new AcceptanceVerdict(AcceptanceDecision.Check, risk, trusted, features);
        if (!trusted)
            return new AcceptanceVerdict(AcceptanceDecision.Miss, risk, false, features);
        Interlocked.Increment(ref _newServed);
        return new AcceptanceVerdict(AcceptanceDecision.Serve, risk, true, features);
    }

    /// <summary>Takes in the outcome of a check, or a caller's word that a served answer was wrong.</summary>
    internal void Learn(in AcceptanceVerdict verdict, bool wrong)
    {
        lock (_gate)
        {
            TakeHitsUnsynchronized();
            if (_unsharedChecks.Count == MaxUnshared)
                _unsharedChecks.Dequeue();
            _unsharedChecks.Enqueue(new CheckOutcome(verdict, wrong));
            if (_follows)
                return;
            LearnUnsynchronized(verdict, wrong);
            _policy = JudgeUnsynchronized();
        }
    }

    /// <summary>What this node has seen since the last call, for the log.</summary>
    internal AcceptanceDelta TakeDelta()
    {
        lock (_gate)
        {
            TakeHitsUnsynchronized();
            return TakeDeltaUnsynchronized();
        }
    }

    /// <summary>Takes in a piece of the log, a node's own like any other's.</summary>
    internal void Apply(AcceptanceDelta delta)
    {
        lock (_gate)
        {
            ApplyUnsynchronized(delta);
        }
    }

    /// <summary>Takes over a state of the log, in place of what is known, and learns from the log alone from now on. What was learnt alone has to stand in the log by then.</summary>
    /// <returns>False, and nothing has changed, where the state is not sound or of another bound.</returns>
    internal bool TryFollow(AcceptanceState state)
    {
        lock (_gate)
        {
            if (!state.Bound.Equals(_judgedBound) || !TryRestoreUnsynchronized(state))
                return false;
            _follows = true;
            return true;
        }
    }

    /// <summary>Makes what is known the state that the log begins with, and learns from the log alone from now on.</summary>
    /// <returns>The state.</returns>
    internal AcceptanceState BeginLog()
    {
        lock (_gate)
        {
            TakeHitsUnsynchronized();
            TakeDeltaUnsynchronized();
            _follows = true;
            return SaveUnsynchronized();
        }
    }

    /// <summary>The log is out of reach: learns at once again, beginning with what waits for it.</summary>
    /// <param name="sent">What was on its way to the log; null for nothing.</param>
    internal void GoAlone(AcceptanceDelta? sent)
    {
        lock (_gate)
        {
            if (!_follows)
                return;
            TakeHitsUnsynchronized();
            _follows = false;
            if (sent is not null)
                ApplyUnsynchronized(sent);
            // It stays to be told: the log has not seen it.
            ApplyUnsynchronized(new AcceptanceDelta([.. _unsharedHits], _unsharedServed, [.. _unsharedChecks]));
        }
    }

    /// <summary>All that was learnt, to be kept.</summary>
    internal AcceptanceState Save()
    {
        lock (_gate)
        {
            TakeHitsUnsynchronized();
            return SaveUnsynchronized();
        }
    }

    /// <summary>Puts what was kept in the place of what is known. Under another bound only the scorer is taken: evidence has to begin anew.</summary>
    /// <returns>False, and nothing has changed, where the state is not sound.</returns>
    internal bool TryRestore(AcceptanceState state)
    {
        lock (_gate)
        {
            return TryRestoreUnsynchronized(state);
        }
    }

    private AcceptanceState SaveUnsynchronized() => new()
    {
        Bound = _judgedBound,
        Weights = [.. _scorer.Weights],
        Covariance = _scorer.Covariance.ToArray(),
        Older = _older.Save(),
        Newer = _newer.Save(),
        Drift = [.. _drift.Sums],
        Passed = [.. _passed],
        Beginnings = _beginnings,
        Served = _served,
    };

    private bool TryRestoreUnsynchronized(AcceptanceState state)
    {
        if (!state.IsSound() || state.Passed.Length != _passed.Length)
            return false;
        _scorer.Restore(state.Weights, state.Covariance);
        // Both are computed from the same decimal: equal, or meant to differ.
        if (state.Bound.Equals(_judgedBound))
        {
            _older.Restore(state.Older);
            _newer.Restore(state.Newer);
            state.Drift.CopyTo(_drift.Sums, 0);
            state.Passed.CopyTo(_passed, 0);
            _beginnings = state.Beginnings;
            _served = state.Served;
        }
        _policy = JudgeUnsynchronized();
        return true;
    }

    private AcceptanceDelta TakeDeltaUnsynchronized()
    {
        var delta = new AcceptanceDelta([.. _unsharedHits], _unsharedServed, [.. _unsharedChecks], _unsharedBeginning);
        Array.Clear(_unsharedHits);
        _unsharedServed = 0;
        _unsharedChecks.Clear();
        _unsharedBeginning = false;
        return delta;
    }

    private void ApplyUnsynchronized(AcceptanceDelta delta)
    {
        if (!delta.IsSound())
            return;
        if (delta.Begins)
            BeginAgainUnsynchronized();
        for (var i = 0; i < delta.Hits.Length; i++)
            _newer.Hits[i] += delta.Hits[i];
        _served += delta.Served;
        foreach (var check in delta.Checks)
            LearnUnsynchronized(check.Verdict, check.Wrong);
        _policy = JudgeUnsynchronized();
    }

    /// <summary>Takes in what was decided since the last time. Who follows the log leaves it to the log to count it.</summary>
    private void TakeHitsUnsynchronized()
    {
        for (var i = 0; i < _newHits.Length; i++)
        {
            var hits = Interlocked.Exchange(ref _newHits[i], 0);
            _unsharedHits[i] += hits;
            if (!_follows)
                _newer.Hits[i] += hits;
        }
        var served = Interlocked.Exchange(ref _newServed, 0);
        _unsharedServed += served;
        if (!_follows)
            _served += served;
    }

    private void LearnUnsynchronized(in AcceptanceVerdict verdict, bool wrong)
    {
        _scorer.Learn(verdict.Features, wrong);
        var band = RiskBands.Of(verdict.Risk);
        if (band < RiskBands.Count)
            _newer.Add(band, wrong);
        if (verdict.Trusted)
            _drift.Add(wrong);
        if (_drift.Alarm >= 1)
            BeginAgainUnsynchronized();
        else if (_newer.ChecksUpTo(_candidateBands[^1]) >= _stretchChecks)
            TurnOverUnsynchronized();
    }

    private void BeginAgainUnsynchronized()
    {
        _older.Clear();
        _newer.Clear();
        _drift.Clear();
        Array.Clear(_passed);
        _scorer.Widen();
        _served = 0;
        _beginnings++;
        if (_follows)
            return;
        // The others are to drop what they know as well; what was seen before the alarm is of no use to them either.
        TakeDeltaUnsynchronized();
        _unsharedBeginning = true;
    }

    private void TurnOverUnsynchronized()
    {
        (_older, _newer) = (_newer, _older);
        _newer.Clear();
        _beginnings++;
    }

    private ServingPolicy JudgeUnsynchronized()
    {
        Span<RegionEvidence> regions = new RegionEvidence[_candidateBands.Length];
        for (var i = 0; i < regions.Length; i++)
        {
            regions[i] = BandEvidence.Region(_older, _newer, _candidateBands[i]);
            // A limit that holds at every moment holds for good: what has passed stays passed, as long as it still looks it.
            _passed[i] &= regions[i].Estimate < _judgedBound;
        }
        var alpha = Alpha * Spent(_beginnings);
        var (lastBand, region, passedAlpha) = (-1, default(RegionEvidence), alpha);
        for (var i = 0; i < regions.Length; i++)
        {
            var needed = ClosedTest.Needed(i, regions, _passed, Shares, _judgedBound, alpha);
            _passed[i] |= regions[i].Checks > 0 && regions[i].Estimate < _judgedBound && regions[i].LogAgainst(_judgedBound) >= needed;
            if (_passed[i])
                (lastBand, region, passedAlpha) = (_candidateBands[i], regions[i], Math.Exp(-needed));
        }
        var upper = lastBand < 0 ? 1 : _options.Judge.Corrected(region.Upper(passedAlpha));
        return new ServingPolicy(_scorer.Weights, lastBand, CheckShare(region.Estimate), upper);
    }

    /// <summary>The part of the 5 % that the n-th beginning may spend: 4/5 the first, 1/5 · 6/π² · 1/(n − 1)² the later ones; 1 in all.</summary>
    private static double Spent(int beginning) => beginning == 1 ? 0.8 : 0.2 * 6 / (Math.PI * Math.PI) / ((beginning - 1.0) * (beginning - 1));

    private double CheckShare(double estimate)
    {
        var room = Math.Max(1, _served * (_judgedBound - estimate));
        var share = Math.Clamp(-Math.Log(Alpha) / room, MinCheckShare, _options.MaxCheckShare);
        return Math.Max(share, _drift.Suspicion);
    }

    /// <summary>The next of a fixed row of numbers from 0 to 1 (SplitMix64): no lock, and the same for the same seed.</summary>
    private double Draw()
    {
        var z = (ulong)Interlocked.Add(ref _draws, unchecked((long)0x9E3779B97F4A7C15));
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
