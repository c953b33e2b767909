using LockNGen.EndToEndTests;

[assembly: AssemblyFixture(typeof(RunningProduct))]
[assembly: AssemblyFixture(typeof(Browser))]
