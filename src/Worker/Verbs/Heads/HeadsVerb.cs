using System.CommandLine;

namespace Worker.Verbs.Heads;

/// <summary>worker heads: looks after the heads that every running worker has from the heads topic.</summary>
internal static class HeadsVerb
{
    public static Command Create() => new("heads", "The heads that running workers use: see, compare, publish, roll back, retire")
    {
        ListVerb.Create(),
        ShowVerb.Create(),
        DiffVerb.Create(),
        PublishVerb.Create(),
        RollbackVerb.Create(),
        RetireVerb.Create(),
        RetireAnomalyVerb.Create(),
    };
}
