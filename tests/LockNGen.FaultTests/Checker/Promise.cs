namespace LockNGen.FaultTests.Checker;

/// <summary>One row of the table: what was promised, how often it was checked, and where it did not hold.</summary>
internal sealed class Promise(string title)
{
    private readonly List<Violation> _violations = [];

    public string Title => title;

    public int Checked { get; private set; }

    public IReadOnlyList<Violation> Violations => _violations;

    /// <summary>Notes one look.</summary>
    public void Check(bool holds, string what, Guid? generation = null)
    {
        Checked++;
        if (!holds)
            _violations.Add(new Violation(what, generation));
    }
}

/// <summary>Where a promise did not hold.</summary>
/// <param name="What">What was seen instead.</param>
/// <param name="Generation">Its timeline shows how that came about.</param>
internal sealed record Violation(string What, Guid? Generation);
